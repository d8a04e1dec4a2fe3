// sparkflow ui: the way to a running task's Spark UI, and what is said where there is none.
import { chmodSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { thisProcess } from "../../../operator/engines/local/liveness.ts";
import { type Files, folderOf } from "../folder.ts";
import { ApiServer, kubeconfig } from "./cluster/apiServer.ts";
import { ended, task } from "./cluster/objects.ts";
import { sparkflow } from "./cluster/say.ts";

/** A folder with one run that goes on in this very process: only so it isn't Interrupted. */
function local(tasks: object[], port: number) {
  const record = {
    name: "a-1",
    of: "a",
    phase: "Running",
    startedAt: "2026-11-21T07:00:00Z",
    owner: thisProcess(),
    tasks,
  };
  const state = folderOf({
    "runs/a-1/run.json": JSON.stringify(record),
    "runs/a-1/each/3/1/spark-defaults.conf": `spark.ui.port=${port}\n`,
    "runs/a-1/load/1/spark-defaults.conf": `# from operator\nspark.ui.port=${port}\n`,
  });
  return (...args: string[]) =>
    sparkflow(["ui", ...args], { SPARKFLOW_STATE: state, KUBECONFIG: "", HOME: "/nowhere" });
}

/** A port that answers, as a UI does. */
async function someUi(): Promise<number> {
  const server = createServer((_, response) => void response.end("Spark"));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("the UI of a task of this machine", () => {
  const load = { name: "load", phase: "Running", attempt: 1 };
  it("is found for an item of a forEach, too", async () => {
    const port = await someUi();
    const said = await local([{ name: "each[3]", phase: "Running", attempt: 1 }], port)("last");
    expect(said.stdout).toContain(`http://127.0.0.1:${port}`);
  });

  const done = { name: "done", phase: "Succeeded", attempt: 1 };

  it("is at the port that its attempt was given", async () => {
    const port = await someUi();
    const ui = local([load, done], port);
    expect(await ui("last")).toEqual({ code: 0, stdout: `http://127.0.0.1:${port}\n`, stderr: "" });
  });

  it("isn't up yet, is gone, or is of one of several tasks: each is said", async () => {
    const ui = local([load, done, { name: "next", phase: "Pending", attempt: 0 }], 1);
    expect((await ui("last", "load")).stderr).toMatch(
      /^http:\/\/127\.0\.0\.1:1, the Spark UI of load, doesn't answer yet: /,
    );
    expect((await ui("last", "done")).stderr).toBe(
      "done has ended (Succeeded), and its Spark UI with it; its log is there: sparkflow logs a-1 done\n",
    );
    expect((await ui("last", "next")).stderr).toBe("next doesn't run (Pending), so it has no Spark UI\n");
    expect((await ui("last", "laod")).stderr).toBe('a-1 has no task "laod"; it has load, done, next\n');
    const two = local([load, { ...load, name: "more" }], 1);
    expect(await two("last")).toEqual({ code: 2, stdout: "", stderr: "which task of a-1? load, more run\n" });
    const none = local([done], 1);
    expect((await none("last")).stderr).toMatch(/^no task of a-1 runs, so there is no Spark UI; `sparkflow logs a-1` /);
  });
});

/** A cluster with these objects, and a kubectl that says this and ends. */
async function cluster(kubectl: string | undefined, status: object) {
  const server = new ApiServer();
  const files: Files = { "kubeconfig.json": kubeconfig(await server.start()) };
  if (kubectl !== undefined) files["bin/kubectl"] = `#!/bin/sh\necho "$@" > "${"$"}(dirname "$0")/args"\n${kubectl}\n`;
  const folder = folderOf(files);
  if (kubectl !== undefined) chmodSync(join(folder, "bin/kubectl"), 0o755);
  server.put("sparktasks/spark/count", task("count", status));
  const env = { KUBECONFIG: join(folder, "kubeconfig.json"), PATH: `${join(folder, "bin")}:/bin:/usr/sbin` };
  const path = kubectl === undefined ? { ...env, PATH: join(folder, "bin") } : env;
  return {
    ui: (...args: string[]) => sparkflow(["ui", ...args], path),
    args: () => readFileSync(join(folder, "bin/args"), "utf8"),
  };
}

describe("the UI of a task on a cluster", () => {
  const running = { phase: "Running", attempt: 1, driver: "count-1-driver" };

  it("is led to by kubectl", async () => {
    const { ui, args } = await cluster('echo "Forwarding from 127.0.0.1:7777 -> 4040"', running);
    expect(await ui("count", "--port", "7777")).toEqual({
      code: 0,
      stdout: "http://127.0.0.1:7777 is the Spark UI of count, until Ctrl-C\n",
      stderr: "",
    });
    expect(args()).toBe("port-forward pod/count-1-driver 7777:4040 --namespace spark\n");
  });

  it("can't be led to without kubectl, or where kubectl fails", async () => {
    const without = await cluster(undefined, running);
    expect(await without.ui("count")).toEqual({
      code: 2,
      stdout: "",
      stderr: "this needs kubectl on the PATH, and there is none\n",
    });
    const failing = await cluster("echo 'error: pod is gone' >&2; exit 1", running);
    expect((await failing.ui("count")).stderr).toBe("kubectl port-forward ended: error: pod is gone\n");
  });

  it("is gone when the task has ended", async () => {
    const { ui } = await cluster(undefined, { ...running, phase: "Succeeded", conditions: ended(true, 1) });
    expect((await ui("count")).stderr).toBe(
      "count has ended (Succeeded), and its Spark UI with it; its log is there: sparkflow logs count -n spark\n",
    );
  });
});
