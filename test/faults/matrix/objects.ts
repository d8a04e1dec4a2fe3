// Rows 23 and 24: what people do to the objects: ConfigMaps, tasks, flows and namespaces that are deleted or edited.
import { expect, it } from "vitest";
import { configMaps, namespaces, pods, sparkFlows, sparkTasks } from "../../../operator/kube/resources.ts";
import { begin, executorsLife, flowLife, makeEngines } from "../lives.ts";
import { quiet } from "../oracles.ts";
import type { Script } from "../script.ts";
import { Trial } from "../trial.ts";
import type { Stage } from "./stage.ts";

const result = { outcome: "Succeeded", values: { distinct: 7 }, outputs: {} };
type Moment = {
  name: string;
  title: string;
  script?: Script;
  spec?: object;
  comes: (trial: Trial) => Promise<unknown>;
};

/** The moments of a task at which it is deleted. */
const moments: Moment[] = [
  {
    name: "no-engine",
    title: "before it has a driver",
    spec: { engine: "to-come" },
    comes: (trial) => trial.until("its message", () => /SparkEngine/.test(trial.status.message ?? "")),
  },
  {
    name: "no-place",
    title: "while its driver has no node",
    script: { unschedulable: "0/1 nodes are available." },
    comes: (trial) => trial.driver(),
  },
  {
    name: "pulling",
    title: "while its driver's image is pulled",
    script: { waiting: { reason: "ImagePullBackOff", message: "Back-off" } },
    comes: (trial) => trial.until("its message", () => /pulled/.test(trial.status.message ?? "")),
  },
  {
    name: "running",
    title: "while its driver runs",
    script: { runMs: "never" },
    comes: (trial) => trial.reaches("Running"),
  },
  {
    name: "running-many",
    title: "while its executors run",
    script: { runMs: "never", executors: 2 },
    spec: { engine: "cluster" },
    comes: async (trial) => {
      const { view, namespace } = trial.place;
      const executors = () => view.of(pods, namespace).filter((pod) => /^running-many.*-exec-/.test(pod.metadata.name));
      await trial.until("executors", () => executors().length === 2);
    },
  },
  {
    name: "retrying",
    title: "between two attempts",
    script: { exitCode: 1 },
    spec: { retry: { limit: 1, backoff: { initial: "10m" } } },
    comes: (trial) => trial.reaches("Retrying"),
  },
  { name: "failed", title: "after it has failed", script: { exitCode: 1 }, comes: (trial) => trial.reaches("Failed") },
  { name: "succeeded", title: "after it has succeeded", comes: (trial) => trial.reaches("Succeeded") },
];

export function objectRows(stage: () => Stage): void {
  it.concurrent("row 23: without its ConfigMap a driver can't start, and the next attempt has one of its own", async () => {
    const spec = { timeouts: { start: "8s" }, retry: { limit: 1, backoff: { initial: "1s" } } };
    const trial = await Trial.begin(
      stage().shared,
      "unmounted",
      { attempts: [{ setupMs: 2000 }], runMs: 100, result },
      spec,
    );
    const { namespace, rig } = trial.place;
    const pod = await trial.driver();
    await rig.client.delete(configMaps, namespace, pod.metadata.name.replace(/-driver$/, "-conf"));
    await trial.reaches("Succeeded");
    expect(trial.status.attempts?.map(({ cause }) => cause?.reason)).toEqual(["StartTimeout", undefined]);
    expect(await trial.settled()).toEqual([]);
    await trial.remove();
  });

  it.concurrent("row 23: a ConfigMap can't be edited, and deleting it under a running driver does nothing", async () => {
    const trial = await Trial.begin(stage().shared, "mounted", { runMs: 3000, result });
    const { namespace, rig } = trial.place;
    const pod = await trial.driver(1, "Running");
    const name = pod.metadata.name.replace(/-driver$/, "-conf");
    const edit = rig.client.patch(configMaps, namespace, name, { data: { "script.py": "print(2)" } });
    await expect(edit).rejects.toThrow(/immutable/);
    await rig.client.delete(configMaps, namespace, name);
    await trial.reaches("Succeeded");
    expect(trial.status).toMatchObject({ attempt: 1, values: { distinct: 7 } });
    expect(await trial.settled()).toEqual([]);
    await trial.remove();
  });

  for (const { name, title, script = {}, spec, comes } of moments)
    for (const policy of ["Background", "Foreground"] as const)
      it.concurrent(`row 24: of a task deleted ${title} nothing is left (${policy})`, async () => {
        const trial = await Trial.begin(stage().shared, `${name}-${policy.toLowerCase()}`, script, spec);
        await comes(trial);
        await trial.remove(policy);
        expect(await quiet(() => trial.writes, 3000, 15_000)).toEqual([]);
      });

  it.concurrent("row 24: of a flow deleted while it runs nothing is left", async () => {
    const place = await stage().place("row-24-flow");
    const { view, rig, namespace } = place;
    for (const tasks of [1, 2, 3]) {
      await begin(flowLife, rig.client, namespace);
      await view.until(`task ${tasks}`, () => view.of(sparkTasks, namespace).length === tasks, 90_000);
      await rig.client.delete(sparkFlows, namespace, "nightly", { propagationPolicy: "Background" });
      const left = () => view.left(namespace).join("; ");
      await view.until("nothing left", () => left() === "", 90_000, left);
    }
    expect(await quiet(() => place.lane.proxy.objectWrites(), 3000, 15_000)).toEqual([]);
    expect(await place.lane.operator.readyz()).toBe(200);
  });

  it.concurrent("row 24: of a task deleted while no operator runs nothing is left once one does", async () => {
    const place = await stage().place("row-24-down");
    const names = ["was-running", "was-ended"];
    const [running, over] = (await Promise.all([
      Trial.begin(place, names[0]!, { runMs: "never" }),
      Trial.begin(place, names[1]!, { runMs: 1500 }),
    ])) as [Trial, Trial];
    await Promise.all([running.reaches("Running"), over.reaches("Running")]);
    await place.lane.operator.kill();
    await over.driver(1, "Succeeded");
    for (const name of names)
      await place.rig.client.delete(sparkTasks, place.namespace, name, { propagationPolicy: "Background" });
    const held = () => [running, over].every((trial) => trial.object === undefined && trial.drivers.length === 1);
    await running.until("both drivers held by their finalizers", held);
    const since = place.lane.proxy.writes.length;
    await place.lane.operator.start();
    await Promise.all([running.gone(), over.gone()]);
    expect(await quiet(() => place.lane.proxy.objectWrites(since), 3000, 15_000)).toEqual([]);
    expect(place.lane.proxy.objectWrites(since).map(({ call }) => call.method)).toEqual(["PATCH", "PATCH"]);
  });

  it.concurrent("row 24: a namespace that is deleted under way disturbs nobody else", async () => {
    const { rig, view } = stage();
    for (const name of ["row-24-going", "row-24-staying"]) await stage().rig.namespace(name);
    const lane = await rig.lane("row-24-both", ["row-24-going", "row-24-staying"]);
    await lane.operator.start();
    await lane.operator.ready(90_000);
    for (const name of ["row-24-going", "row-24-staying"]) await makeEngines(rig.client, name);
    await begin(flowLife, rig.client, "row-24-going");
    await begin(executorsLife, rig.client, "row-24-going");
    await view.until("drivers", () => view.of(pods, "row-24-going").length > 1, 90_000);
    await rig.client.delete(namespaces, undefined, "row-24-going");
    const left = () => view.left("row-24-going").join("; ");
    await view.until("nothing left", () => left() === "", 90_000, left);
    const staying = await Trial.begin({ rig, view, lane, namespace: "row-24-staying" }, "stays", { runMs: 100 });
    await staying.reaches("Succeeded");
    expect(await staying.settled()).toEqual([]);
    await staying.remove();
  });

  it.concurrent("row 24: a driver that its task leaves behind as an orphan is let go, and left alone", async () => {
    const trial = await Trial.begin(stage().shared, "orphan", { runMs: "never" });
    await trial.reaches("Running");
    const { rig, namespace } = trial.place;
    await rig.client.delete(sparkTasks, namespace, "orphan", { propagationPolicy: "Orphan" });
    const free = () => trial.object === undefined && trial.drivers.every(({ metadata }) => !metadata.finalizers);
    await trial.until("the driver without finalizer", free);
    const [driver] = trial.drivers;
    expect(driver).toMatchObject({ status: { phase: "Running" } });
    expect(driver!.metadata.deletionTimestamp).toBeUndefined();
    expect(await quiet(() => trial.writes, 3000, 15_000)).toEqual([]);
    await rig.client.delete(pods, namespace, driver!.metadata.name);
    for (const { metadata } of trial.place.view.of(configMaps, namespace))
      if (metadata.name.startsWith("orphan-")) await rig.client.delete(configMaps, namespace, metadata.name);
    await trial.gone();
  });
}
