// A drawing as SVG, laid out by Graphviz, which comes as WebAssembly: nothing has to be installed.
import { type Graph, instance } from "@viz-js/viz";
import type { DrawnEdge, DrawnTask } from "../../flow/drawing.ts";
import { colours, type Picture } from "./picture.ts";

const font = { fontname: "Helvetica,Arial,sans-serif", fontsize: 12 };
const grey = "#5f5f5f";

const shapes: Record<DrawnTask["shape"], Record<string, string | number>> = {
  task: {},
  each: { peripheries: 2 },
  map: { shape: "tab" },
  last: { shape: "box", style: "filled,rounded,bold" },
};
const lines: Record<DrawnEdge["kind"], Record<string, string>> = {
  data: { color: grey },
  order: { color: grey, style: "dashed" },
  failure: { color: colours.Failed.stroke, fontcolor: colours.Failed.stroke },
};

/** Pictures as one SVG document; several flows are a box each. */
export async function svg(pictures: readonly Picture[]): Promise<string> {
  const graphviz = await instance();
  const boxes = pictures.map((picture, number) => box(picture, number, pictures.length > 1));
  return graphviz.renderString(
    {
      graphAttributes: { rankdir: "LR", nodesep: 0.25, ranksep: 0.6, bgcolor: "white", ...font },
      nodeAttributes: {
        shape: "box",
        style: "filled,rounded",
        fillcolor: "#ffffff",
        color: grey,
        margin: "0.25,0.1",
        ...font,
      },
      edgeAttributes: { ...font, fontsize: 10, arrowsize: 0.7 },
      subgraphs: boxes,
    },
    { format: "svg" },
  );
}

type Subgraph = NonNullable<Graph["subgraphs"]>[number];

function box({ drawing, phases }: Picture, number: number, boxed: boolean): Subgraph {
  const id = (task: string) => `${number}/${task}`;
  const node = ({ name, shape, notes }: DrawnTask) => {
    const phase = phases?.get(name);
    const colour = phase ? { fillcolor: colours[phase].fill, color: colours[phase].stroke } : {};
    const tooltip = phase ? { tooltip: `${name}: ${phase}` } : { tooltip: name };
    return { name: id(name), attributes: { ...shapes[shape], ...colour, ...tooltip, label: text([name, ...notes]) } };
  };
  const last = drawing.tasks.filter(({ shape }) => shape === "last");
  const others = drawing.tasks.filter(({ shape }) => shape !== "last");
  const leading = new Set(drawing.edges.map(({ from }) => from));
  // What is run whatever happened stands behind everything else.
  const behind = others
    .filter(({ name }) => !leading.has(name))
    .flatMap(({ name }) =>
      last.map((task) => ({ tail: id(name), head: id(task.name), attributes: { style: "invis" } })),
    );
  return {
    ...(boxed ? { name: `cluster_${number}`, graphAttributes: { label: text([drawing.name]), color: grey } } : {}),
    nodes: others.map(node),
    edges: [
      ...drawing.edges.map(({ from, to, kind, label }) => ({
        tail: id(from),
        head: id(to),
        attributes: { ...lines[kind], ...(label === "" ? {} : { label: text([label]) }) },
      })),
      ...behind,
    ],
    subgraphs:
      last.length === 0
        ? []
        : [
            {
              name: `cluster_${number}_finally`,
              graphAttributes: { label: "finally", color: grey, style: "dashed" },
              nodes: last.map(node),
            },
          ],
  };
}

/** Lines as Graphviz reads a label, with escapes of its own and HTML's. */
const text = (parts: readonly string[]): string =>
  parts.map((part) => part.replaceAll("&", "&amp;").replaceAll("\\", "\\\\")).join("\\n");
