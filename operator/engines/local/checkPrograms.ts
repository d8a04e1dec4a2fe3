// What the driver would refuse of programs at hand, told before anything starts: by our Python library, which has the driver's
// rules and words. One process for all tasks; the user's code is compiled and never run.
import { spawnSync } from "node:child_process";
import { problem } from "../../api/problems.ts";
import { locate, type Project } from "../../manifest/project.ts";
import type { LocatedProblem } from "../../manifest/source.ts";
import type { Sources } from "./machine.ts";
import { type PlacedSpec, type ProgramText, placedSpecs, programText } from "./programText.ts";
import { pythonLibrary } from "./toolchain.ts";

type Wrong = { message: string; line?: number; column?: number } | null;
type Answer = { programs: Wrong[]; tasks: Wrong[]; crs: Wrong[] };
type Asked = { task: PlacedSpec; text: ProgramText; source: number };

/**
 * Problems of the Python programs of a checked project, and of outputs' CRS. `python` has what a run here needs. Of what is to
 * run `elsewhere` only functions and arguments are told: there may be another Python, and another PROJ.
 */
export function checkPrograms(
  project: Project,
  sources: Sources,
  python: string,
  { elsewhere = false }: { elsewhere?: boolean } = {},
): LocatedProblem[] {
  const specs = placedSpecs(project);
  const texts: ProgramText[] = [];
  const numbers = new Map<string, number>();
  const asked = specs.flatMap((task): Asked[] => {
    const text = task.spec.python ? programText(task, project, sources) : undefined;
    if (!text?.name.endsWith(".py")) return [];
    const content = `${text.name}\n${text.content.toString("latin1")}`;
    const source = numbers.get(content) ?? texts.push(text) - 1;
    numbers.set(content, source);
    return [{ task, text, source }];
  });
  const crs = [
    ...new Set(specs.flatMap(({ spec }) => (spec.jar || elsewhere ? [] : crsOf(spec).map(({ name }) => name)))),
  ];
  if (asked.length === 0 && crs.length === 0) return [];
  const answer = ask(python, { programs: texts.map(program), tasks: asked.map(attempt), crs });
  const unknown = new Map(crs.map((name, index) => [name, answer.crs[index]]));
  return [
    ...(elsewhere ? [] : texts.flatMap((text, index) => inText(text, answer.programs[index]))),
    ...asked.flatMap(({ task, text }, index) => {
      const wrong = answer.tasks[index];
      if (!wrong || wrong.line !== undefined) return inText(text, wrong);
      return [locate(problem(task.written(["python", "function"]), wrong.message, { line: 1 }), task.source)];
    }),
    ...specs.flatMap((task) =>
      crsOf(task.spec).flatMap(({ name, index }) => {
        const wrong = unknown.get(name);
        const path = task.written(["outputs", index, "crs"]);
        return wrong ? [locate(problem(path, wrong.message, { line: 1 }), task.source)] : [];
      }),
    ),
  ];
}

function inText(text: ProgramText, wrong: Wrong | undefined): LocatedProblem[] {
  if (!wrong) return [];
  const { message, line = 1, column = 1 } = wrong;
  return [text.locate(message, { line, column })];
}

const crsOf = ({ outputs = [] }: PlacedSpec["spec"]) =>
  outputs.flatMap(({ crs }, index) => (crs === undefined ? [] : [{ name: crs, index }]));

const program = ({ name, content }: ProgramText) => ({ name, text: content.toString("base64") });

/** The task as attempt.json has it, as far as arguments are concerned: names count, values and annotations don't. */
function attempt({ task: { spec }, source, text }: Asked): object {
  const data = (names: readonly { name: string }[] = []) =>
    names.map(({ name }) => ({ name, uri: null, format: "parquet" }));
  const params = Object.keys(spec.params ?? {}).map((name) => [name, { type: "given", value: null }]);
  const { function: name = null } = spec.python ?? {};
  return {
    source,
    program: { kind: "python", file: text.name, function: name, ...(spec.map ? { map: spec.map } : {}) },
    inputs: data(spec.inputs),
    outputs: data(spec.outputs),
    params: Object.fromEntries(params),
  };
}

/** No folder of the user's may stand on the path before ours: what lies there is never run. */
const start =
  "import sys; sys.path[:] = [sys.argv[1], *filter(None, sys.path)]; from sparkflow import program_check as c; c.main()";

function ask(python: string, question: object): Answer {
  const { status, stdout, stderr, error } = spawnSync(python, ["-c", start, pythonLibrary], {
    input: JSON.stringify(question),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`the check of Python programs ended with ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as Answer;
}
