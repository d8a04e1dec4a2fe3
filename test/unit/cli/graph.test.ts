// sparkflow graph: Mermaid text and SVG of flows, and of runs here and on a cluster.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mermaid } from "../../../operator/cli/graph/mermaid.ts";
import type { Picture } from "../../../operator/cli/graph/picture.ts";
import { svg } from "../../../operator/cli/graph/svg.ts";
import type { Drawing } from "../../../operator/flow/drawing.ts";
import { dedent, folderOf } from "../folder.ts";
import { ApiServer, kubeconfig } from "./cluster/apiServer.ts";
import { madeTask, run } from "./cluster/objects.ts";
import { sparkflow } from "./cluster/say.ts";

const sql = { statements: "SELECT 1" };
const spec = {
  tasks: [
    { name: "load", sql, outputs: [{ name: "rows" }] },
    { name: "end", sql, inputs: [{ name: "rows", from: "load.rows" }] },
    { name: "mend", sql, dependsOn: [{ task: "load", states: ["Failed"] }] },
    { name: "after", sql, dependsOn: ["end"] },
  ],
};
const flow = { apiVersion: "sparkflow.dev/v1alpha1", kind: "SparkFlow", metadata: { name: "nightly" }, spec };
const folder = () => folderOf({ "flow.yaml": JSON.stringify(flow) });
const text = dedent`
  flowchart LR
    t0_0["load"]
    t0_1["end"]
    t0_2["mend"]
    t0_3["after"]
    t0_0 -->|"rows"| t0_1
    t0_0 ==>|"Failed"| t0_2
    t0_1 -.-> t0_3
`;
const shapes: Drawing = {
  name: "shapes",
  tasks: [
    { name: "a", shape: "each", notes: ['when x < 1 && y == "|]"'] },
    { name: "b", shape: "map", notes: ["map over jobs \\N"] },
    { name: "c", shape: "last", notes: [] },
  ],
  edges: [{ from: "a", to: "b", kind: "data", label: "rows" }],
};

describe("Mermaid text", () => {
  it("has tasks, and arrows for data, order and failure", async () => {
    expect(await sparkflow(["graph", folder()])).toEqual({ code: 0, stdout: text, stderr: "" });
  });

  it("has shapes, and no mark of what it quotes", () => {
    expect(mermaid([{ drawing: shapes }])).toBe(dedent`
      flowchart LR
        t0_0[["a<br/>when x #60; 1 #38;#38; y == #34;#124;#93;#34;"]]
        t0_1[/"b<br/>map over jobs #92;N"/]
        subgraph f0["finally"]
          t0_2(["c"])
        end
        t0_0 -->|"rows"| t0_1
    `);
  });

  it("has a box for each of several flows", () => {
    const pictures = [{ drawing: shapes }, { drawing: { ...shapes, name: "two" } }];
    expect(mermaid(pictures).match(/subgraph g\d\[.*\]/g)).toEqual(['subgraph g0["shapes"]', 'subgraph g1["two"]']);
  });

  it("has the colours of states", () => {
    const picture: Picture = { drawing: { ...shapes, edges: [] }, phases: new Map([["a", "Failed"]]) };
    const lines = mermaid([picture]).split("\n");
    expect(lines.filter((line) => line.includes("Failed"))).toEqual([
      '  t0_0[["a<br/>when x #60; 1 #38;#38; y == #34;#124;#93;#34;"]]:::Failed',
      "  classDef Failed fill:#fad4d4,stroke:#b01c1c,color:#000",
    ]);
  });
});

describe("SVG", () => {
  it("is one document with every task and edge", async () => {
    const { code, stdout } = await sparkflow(["graph", folder(), "-o", "svg"]);
    expect(code).toBe(0);
    expect(stdout.match(/<svg /g)).toHaveLength(1);
    expect(stdout.match(/class="node"/g)).toHaveLength(4);
    expect(stdout.match(/class="edge"/g)).toHaveLength(3);
    expect(stdout).toContain(">Failed</text>");
  });

  it("has labels as they are written", async () => {
    const made = await svg([{ drawing: shapes }]);
    expect(made).toContain(">when x &lt; 1 &amp;&amp; y == &quot;|]&quot;</text>");
    expect(made).toContain(">map over jobs \\N</text>");
    expect(made).toContain(">finally</text>");
  });

  it("has the colours of states", async () => {
    const phases = new Map([["a", "Running"]] as const);
    expect((await svg([{ drawing: shapes, phases }])).match(/fill="#cfe8fc"/g)!.length).toBeGreaterThan(0);
    expect(await svg([{ drawing: shapes }])).not.toContain("#cfe8fc");
  });
});

describe("graph --run", () => {
  it("colours a run of this machine, whose manifests it finds itself", async () => {
    const manifests = folder();
    const record = {
      name: "nightly-20261121-070512",
      of: "nightly",
      manifest: manifests,
      phase: "Failed",
      startedAt: "2026-11-21T07:05:12Z",
      finishedAt: "2026-11-21T07:06:12Z",
      tasks: [
        { name: "load", phase: "Failed" },
        { name: "end", phase: "Omitted" },
      ],
    };
    const state = folderOf({ "runs/nightly-20261121-070512/run.json": JSON.stringify(record) });
    const { code, stdout } = await sparkflow(["graph", "--run", "last"], { SPARKFLOW_STATE: state });
    expect(code).toBe(0);
    expect(stdout.match(/t0_\d.*:::\w+/g)).toEqual(['t0_0["load"]:::Failed', 't0_1["end"]:::Omitted']);
    const other = join(manifests, "other.yaml");
    writeFileSync(other, JSON.stringify({ ...flow, metadata: { name: "other" } }));
    expect((await sparkflow(["graph", other, "-r", "last"], { SPARKFLOW_STATE: state })).stderr).toBe(
      "nightly-20261121-070512 is a run of nightly, and here is only other\n",
    );
  });

  it("colours a run of a cluster, with its flow from there", async () => {
    const server = new ApiServer();
    const config = folderOf({ "kubeconfig.json": kubeconfig(await server.start()) });
    server.put("sparkflows/spark/nightly", flow);
    server.put("sparkflowruns/spark/nightly-g2", run("nightly-g2", "nightly", { phase: "Running" }));
    server.put("sparktasks/spark/nightly-g2-load", madeTask("load", { phase: "Succeeded" }));
    const said = await sparkflow(["graph", "--run", "nightly-g2"], { KUBECONFIG: join(config, "kubeconfig.json") });
    expect(said).toMatchObject({ code: 0, stderr: "" });
    expect(said.stdout.match(/t0_\d.*:::\w+/g)).toEqual([
      't0_0["load"]:::Succeeded',
      't0_1["end"]:::Pending',
      't0_2["mend"]:::Pending',
      't0_3["after"]:::Pending',
    ]);
  });
});
