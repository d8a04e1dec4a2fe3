// A drawing as Mermaid text, which GitHub, GitLab and many wikis show as a picture.
import type { TaskPhase } from "../../api/status.ts";
import type { DrawnEdge, DrawnTask } from "../../flow/drawing.ts";
import { colours, type Picture } from "./picture.ts";

const shapes: Record<DrawnTask["shape"], [string, string]> = {
  task: ["[", "]"],
  each: ["[[", "]]"],
  map: ["[/", "/]"],
  last: ["([", "])"],
};
const arrows: Record<DrawnEdge["kind"], string> = { data: "-->", order: "-.->", failure: "==>" };

/** Pictures as one flowchart; several flows are a box each. */
export function mermaid(pictures: readonly Picture[]): string {
  const used = new Set<TaskPhase>();
  const parts = pictures.flatMap((picture, number) => part(picture, number, pictures.length > 1, used));
  const classes = [...used].map((phase) => {
    const { fill, stroke } = colours[phase];
    return `  classDef ${phase} fill:${fill},stroke:${stroke},color:#000`;
  });
  return `${["flowchart LR", ...parts, ...classes].join("\n")}\n`;
}

function part({ drawing, phases }: Picture, number: number, boxed: boolean, used: Set<TaskPhase>): string[] {
  // Names such as `end` are words of Mermaid's, so tasks have numbers.
  const ids = new Map(drawing.tasks.map(({ name }, index) => [name, `t${number}_${index}`]));
  const node = (task: DrawnTask) => {
    const [open, close] = shapes[task.shape];
    const phase = phases?.get(task.name);
    if (phase) used.add(phase);
    return `${ids.get(task.name)}${open}${quoted([task.name, ...task.notes])}${close}${phase ? `:::${phase}` : ""}`;
  };
  const last = drawing.tasks.filter(({ shape }) => shape === "last");
  const lines = [
    ...drawing.tasks.filter(({ shape }) => shape !== "last").map(node),
    ...(last.length > 0 ? [`subgraph f${number}["finally"]`, ...last.map((task) => `  ${node(task)}`), "end"] : []),
    ...drawing.edges.map(({ from, to, kind, label }) => {
      const text = label === "" ? "" : `|${quoted([label])}|`;
      return `${ids.get(from)} ${arrows[kind]}${text} ${ids.get(to)}`;
    }),
  ];
  if (!boxed) return lines.map((line) => `  ${line}`);
  return [`  subgraph g${number}[${quoted([drawing.name])}]`, ...lines.map((line) => `    ${line}`), "  end"];
}

/** Lines as a quoted label: everything that Mermaid or HTML reads is written by its number. */
const quoted = (lines: readonly string[]): string =>
  `"${lines.map((line) => line.replace(/[#&<>"`\\|[\]{}()]/g, (mark) => `#${mark.charCodeAt(0)};`)).join("<br/>")}"`;
