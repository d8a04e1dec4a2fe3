// Completion: what is proposed at the end of a line, and that real shells propose it.
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { type Shell, scripts, shells } from "../../../operator/cli/completion/scripts.ts";
import { dedent, folderOf } from "../folder.ts";
import { ApiServer, kubeconfig } from "./cluster/apiServer.ts";
import { run as runObject, task } from "./cluster/objects.ts";
import { sparkflow } from "./cluster/say.ts";

const elsewhere = { HOME: "/nowhere", KUBECONFIG: "" };
/** Values that are proposed, and at last `:0` where files may stand and `:4` where not. */
async function proposed(words: string[], env: Record<string, string> = {}): Promise<string[]> {
  const { code, stdout, stderr } = await sparkflow(["__complete", ...words], { ...elsewhere, ...env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t")[0]!);
}

describe("the end of a line", () => {
  it.each<[string, string[], string[]]>([
    ["a command that has begun", ["va"], ["validate", ":4"]],
    ["a command behind options of the program", ["-n", "spark", "can"], ["cancel", ":4"]],
    ["a file, for a command that takes manifests", ["run", ""], [":0"]],
    ["a further file", ["run", "a.yaml", "--json", ""], [":0"]],
    ["an option", ["run", "--eng"], ["--engine", ":4"]],
    ["an option of a folder", ["render", "--output", ""], [":0"]],
    ["no file where a name is wanted", ["run", "--param", ""], [":4"]],
    ["a choice", ["get", "-o", "j"], ["json", ":4"]],
    ["a choice behind =", ["get", "--output=j"], ["--output=json", ":4"]],
    ["a choice behind =, as bash breaks words", ["get", "--output", "=", "j"], ["json", ":4"]],
    ["an argument's choice", ["completion", ""], ["bash", "zsh", "fish", ":4"]],
    ["a template", ["init", "--template", "s"], ["sedona", ":4"]],
    ["a reason", ["explain", "Prof"], [":4"]],
    ["a reason", ["explain", "SchemaM"], ["SchemaMismatch", ":4"]],
    ["a kind", ["get", "ta"], ["task", ":4"]],
    ["nothing behind the last argument", ["explain", "OOMKilled", ""], [":4"]],
    ["nothing behind what isn't a command", ["nope", ""], [":4"]],
    ["a file behind --", ["run", "--", "-"], [":0"]],
  ])("may be %s: %j", async (_, words, expected) => {
    expect(await proposed(words)).toEqual(expected);
  });

  it("has every command, and neither hidden commands nor hidden options", async () => {
    const commands = await proposed([""]);
    expect(commands).toEqual(expect.arrayContaining(["init", "run", "submit", "get", "logs", "completion"]));
    expect(commands).not.toContain("__complete");
    expect(await proposed(["--"])).toEqual(["--version", "--help", ":4"]);
  });

  it("has the runs of this machine, the latest first, and their tasks", async () => {
    const record = (name: string, hour: number) =>
      JSON.stringify({
        name,
        phase: "Failed",
        startedAt: `2026-11-21T0${hour}:00:00Z`,
        finishedAt: `2026-11-21T0${hour}:01:00Z`,
        tasks: [{ name: "load", phase: "Failed" }],
      });
    const state = folderOf({ "runs/a-1/run.json": record("a-1", 1), "runs/b-2/run.json": record("b-2", 2) });
    const env = { SPARKFLOW_STATE: state };
    expect(await proposed(["logs", ""], env)).toEqual(["last", "b-2", "a-1", ":4"]);
    expect(await proposed(["graph", "--run", "b"], env)).toEqual(["b-2", ":4"]);
    expect(await proposed(["logs", "last", ""], env)).toEqual(["load", ":4"]);
    expect(await proposed(["retry", ""], env)).toEqual(["last", "b-2", "a-1", ":4"]);
    expect(await proposed(["retry", "last", "--from", ""], env)).toEqual(["load", ":4"]);
    expect(await proposed(["retry", "last", "--wa"], env)).toEqual(["--watch", "--wait", ":4"]);
    expect(await proposed(["cancel", ""], env)).toEqual([":4"]);
  });

  it("has engines and tasks of the manifests on the line", async () => {
    const folder = folderOf({
      "a.yaml": dedent`
        apiVersion: sparkflow.dev/v1alpha1
        kind: SparkEngine
        metadata: {name: small}
        spec: {local: {}}
        ---
        apiVersion: sparkflow.dev/v1alpha1
        kind: SparkFlow
        metadata: {name: f}
        spec: {tasks: [{name: load, sql: {statements: SELECT 1}}]}
      `,
    });
    expect(await proposed(["run", folder, "--engine", ""])).toEqual(["default", "small", ":4"]);
    expect(await proposed(["render", folder, "-t", ""])).toEqual(["load", ":4"]);
    expect(await proposed(["run", join(folder, "gone.yaml"), "--engine", ""])).toEqual(["default", ":4"]);
  });

  it("has the objects of the cluster and the namespace on the line, and none of a cluster that doesn't answer", async () => {
    const server = new ApiServer();
    const folder = folderOf({
      "config.json": kubeconfig(await server.start()),
      "gone.json": kubeconfig("http://127.0.0.1:1"),
    });
    server.put("sparktasks/spark/count", task("count", { phase: "Running" }));
    server.put("sparktasks/other/sum", task("sum"));
    server.put("sparkflowruns/spark/nightly-g1", runObject("nightly-g1", "nightly"));
    const env = { KUBECONFIG: join(folder, "config.json") };
    expect(await proposed(["get", "task", ""], env)).toEqual(["count", ":4"]);
    expect(await proposed(["get", "task", "-n", "other", ""], env)).toEqual(["sum", ":4"]);
    server.put("sparkflows/spark/nightly", { kind: "SparkFlow", spec: { tasks: [] } });
    expect(await proposed(["cancel", ""], env)).toEqual(["nightly-g1", "count", ":4"]);
    expect(await proposed(["retry", "nightly"], env)).toEqual(["nightly-g1", ":4"]);
    expect(await proposed(["run-now", ""], env)).toEqual(["nightly", ":4"]);
    expect(await proposed(["cancel", "task/"], env)).toEqual(["task/count", ":4"]);
    expect(await proposed(["get", "task", ""], { KUBECONFIG: join(folder, "gone.json") })).toEqual([":4"]);
  });
});

const installed = (shell: Shell) => spawnSync(shell, ["-c", "exit 0"]).status === 0;
const bin = resolve(import.meta.dirname, "../../../operator/cli/bin.js");

/** What each shell is told so that it proposes what may follow these words, as lines; `<files>` where it would propose files. */
const asks: Record<Shell, (words: string[]) => string> = {
  bash: (words) =>
    [
      'compopt() { echo "compopt $*"; }',
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}`,
      "_sparkflow",
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ].join("\n"),
  zsh: (words) =>
    [
      '_describe() { print -l -- "${(@P)4}"; }',
      "_files() { print '<files>'; }",
      `words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}`,
      "_sparkflow",
    ].join("\n"),
  fish: (words) => `complete -C '${words.join(" ")}'`,
};
const preludes: Record<Shell, string> = { bash: "", zsh: "compdef() { print -u2 compdef $*; }\n", fish: "" };

async function asked(shell: Shell, words: string[]): Promise<string[]> {
  const folder = folderOf({ "script.txt": `${preludes[shell]}${scripts[shell]}${asks[shell](words)}\n` });
  symlinkSync(bin, join(folder, "sparkflow"));
  chmodSync(bin, 0o755);
  const flags = shell === "zsh" ? ["-f"] : shell === "fish" ? ["--no-config"] : ["--norc"];
  const { stdout } = await promisify(execFile)(shell, [...flags, join(folder, "script.txt")], {
    cwd: folder,
    env: { ...process.env, ...elsewhere, HOME: folder, PATH: `${folder}:${process.env.PATH}` },
  });
  return stdout.split("\n").filter((line) => line !== "");
}

describe.each(shells)("a real %s", (shell) => {
  const real = it.skipIf(!installed(shell));

  real("proposes commands, options, and files where files may stand", async () => {
    const commands = await asked(shell, ["sparkflow", "va"]);
    expect(commands.map((line) => line.split(/[\t:]/)[0])).toContain("validate");
    const options = await asked(shell, ["sparkflow", "run", "--eng"]);
    expect(options.join("\n")).toMatch(/^--engine/m);
    const files = await asked(shell, ["sparkflow", "run", "scr"]);
    expect(files).toEqual({ bash: [], zsh: ["<files>"], fish: ["script.txt"] }[shell]);
  });
});

it.skipIf(!installed("bash"))(
  "a real bash proposes files only where the program says so, and reads its script twice",
  async () => {
    expect(await asked("bash", ["sparkflow", "run", "--param", ""])).toEqual(["compopt +o default"]);
    const { status, stderr } = spawnSync("bash", ["--norc"], { input: scripts.bash + scripts.bash, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  },
);
