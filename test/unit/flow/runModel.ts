// A cluster of objects, and controllers that look at it and write, one write at a time. Checks the rules at every write.
import { expect } from "vitest";
import type { Cause, RunPhase, TaskPhase } from "../../../operator/api/status.ts";
import { decideRun, hasEnded, type RunDecision } from "../../../operator/flow/decide.ts";
import { type FanOut, splitKey } from "../../../operator/flow/fanOut.ts";
import type { Graph } from "../../../operator/flow/graph.ts";
import { type AttemptObservation, decideTask } from "../../../operator/task/decide.ts";
import type { ResolvedRetry } from "../../../operator/task/resolve.ts";

/** How an attempt ends: well, or badly by this class of cause. */
export type End = "Succeeded" | "Program" | "Infrastructure" | "Input";
export type Scenario = {
  graph: Graph;
  condition: (task: string) => boolean | { wrong: string };
  fanOut: (task: string) => FanOut | undefined;
  end: (task: string, item: number, attempt: number) => End;
  retry: ResolvedRetry;
  failFast: boolean;
  maxParallelTasks: number;
};
/** `seed` chooses who goes on at each step; `cancel`: somebody cancels the run at some step. */
export type Course = { seed: number; crashes: number; cancel?: boolean };
export type Ended = { phase: RunPhase; message: string; phases: ReadonlyMap<string, TaskPhase> };

/** What is durable. */
type Task = { phase: TaskPhase; cancel: boolean; pods: AttemptObservation[] };
type World = { tasks: Map<string, Task>; run: { phase: RunPhase; message: string; cancel: boolean } };
/** A look: the writes of one reconcile in their order. It stops before each, and may never go on. */
type Look = Generator<void, void, void>;
type Pick = <T>(of: readonly T[]) => T;

const running: ReadonlySet<string> = new Set<AttemptObservation["state"]>(["Pending", "Running"]);
const runEnded = ({ run }: World) => run.phase !== "Pending" && run.phase !== "Running";
/** Far more than any of these runs takes. */
const mostSteps = 50_000;
/** Looks under way at once, of different objects. */
const mostLooks = 4;
const createsAtOnce = 8;

/** Drives a run to its end. Throws if a rule is broken on the way, or if it doesn't end. */
export function modelRun(scenario: Scenario, course: Course): Ended {
  const random = mulberry32(course.seed);
  const pick: Pick = (of) => of[Math.floor(random() * of.length)]!;
  const world: World = { tasks: new Map(), run: { phase: "Pending", message: "", cancel: false } };
  const looks = new Map<string, Look>();
  let { crashes } = course;
  for (let step = 0; step < mostSteps; step++) {
    if (runEnded(world) && looks.size === 0) return settled(scenario, world);
    if (crashes > 0 && random() < 0.03) {
      crashes--;
      looks.clear();
    }
    if (course.cancel && !runEnded(world) && random() < 0.01) world.run.cancel = true;
    if (random() < 0.3) advance(scenario, world, pick);
    const idle = ["", ...world.tasks.keys()].filter((key) => !looks.has(key));
    if (looks.size < mostLooks && idle.length > 0 && random() < 0.5) {
      const key = pick(idle);
      looks.set(key, key === "" ? lookAtRun(scenario, world, pick) : lookAtTask(scenario, world, key));
    }
    if (looks.size === 0) continue;
    const key = pick([...looks.keys()]);
    if (looks.get(key)!.next().done) looks.delete(key);
  }
  throw new Error("the run doesn't end");
}

/** A kubelet's step: a driver begins to run, or ends as its script says. */
function advance({ end }: Scenario, { tasks }: World, pick: Pick): void {
  const active = [...tasks].flatMap(([key, { pods }]) =>
    pods.filter(({ state }) => running.has(state)).map((pod) => ({ key, pod })),
  );
  if (active.length === 0) return;
  const { key, pod } = pick(active);
  if (pod.state === "Pending") {
    Object.assign(pod, { state: "Running", startedAt: 0 });
    return;
  }
  const { task, index = 0 } = splitKey(key);
  const how = end(task, index, pod.number);
  if (how === "Succeeded") Object.assign(pod, { state: "Succeeded", endedAt: 0 });
  else fail(pod, { class: how, reason: how, message: "it failed" });
}

const fail = (pod: AttemptObservation, cause: Cause) => Object.assign(pod, { state: "Failed", endedAt: 0, cause });

function decisionOf({ graph, condition, fanOut, failFast, maxParallelTasks }: Scenario, { tasks, run }: World) {
  const phases = new Map([...tasks].map(([key, { phase }]) => [key, phase]));
  return decideRun({ graph, tasks: phases, condition, fanOut, failFast, maxParallelTasks, cancelled: run.cancel });
}

/** As the run's controller does it: cancel what is to be cancelled, make what may begin, tell. */
function* lookAtRun(scenario: Scenario, world: World, pick: Pick): Look {
  if (runEnded(world)) return;
  if (world.run.cancel)
    for (const [key, task] of world.tasks) {
      if (task.cancel || hasEnded(task.phase) || scenario.graph.get(splitKey(key).task)?.atEnd) continue;
      yield;
      task.cancel = true;
    }
  for (;;) {
    const seen = world.run.cancel;
    const decision = decisionOf(scenario, world);
    if (decision.create.length === 0) {
      yield;
      if (world.run.cancel !== seen) return; // a conflict: somebody wrote meanwhile
      const { phase, message } = decision;
      world.run = { ...world.run, phase: phase === "Pending" ? "Running" : phase, message };
      return;
    }
    // Some at once, so they may be there in any order.
    for (const rest = [...decision.create]; rest.length > 0; ) {
      yield;
      create(scenario, world, rest.splice(rest.indexOf(pick(rest.slice(0, createsAtOnce))), 1)[0]!, decision);
    }
  }
}

function create(scenario: Scenario, world: World, key: string, { phases }: RunDecision): void {
  const { graph, fanOut, maxParallelTasks } = scenario;
  const { task, index } = splitKey(key);
  const node = graph.get(task)!;
  expect(world.tasks.has(key), `${key} is made twice`).toBe(false);
  const now = new Map([...world.tasks].map(([own, { phase }]) => [own, phase]));
  for (const [need, { accepts }] of node.needs) {
    expect([...accepts], `${key} begins before ${need} allows it`).toContain(phases.get(need));
    // What the decision took for an end is one: nothing of it runs any more.
    for (const [own, phase] of now) if (splitKey(own).task === need) expect(hasEnded(phase)).toBe(true);
  }
  if (node.atEnd)
    for (const [own, phase] of now) if (!graph.get(splitKey(own).task)!.atEnd) expect(hasEnded(phase)).toBe(true);
  const active = [...now].filter(([, phase]) => !hasEnded(phase)).map(([own]) => splitKey(own).task);
  expect(active.length).toBeLessThan(maxParallelTasks);
  if (index !== undefined) expect(active.filter((own) => own === task).length).toBeLessThan(fanOut(task)!.maxParallel);
  world.tasks.set(key, { phase: "Pending", cancel: false, pods: [] });
}

/** As the task's controller does it: make or stop a driver, tell. */
function* lookAtTask({ retry }: Scenario, { tasks }: World, key: string): Look {
  const task = tasks.get(key)!;
  if (hasEnded(task.phase)) return;
  const attempts = task.pods.map((pod) => ({ ...pod }));
  const cancelled = task.cancel;
  const { action, phase } = decideTask({ retry, timeouts: {}, attempts, cancelled }, 0);
  if (action) {
    yield;
    const pod = task.pods.find(({ number }) => number === action.number);
    if (action.kind === "stop") {
      if (pod && running.has(pod.state)) fail(pod, action.cause);
    } else {
      expect(pod, `attempt ${action.number} of ${key} begins twice`).toBeUndefined();
      expect(task.pods.every(({ state }) => state === "Failed")).toBe(true);
      task.pods.push({ number: action.number, state: "Pending", createdAt: 0 });
    }
  }
  yield;
  if (task.cancel !== cancelled) return; // a conflict
  expect(hasEnded(task.phase), `${key} ends twice`).toBe(false);
  task.phase = phase;
}

/** The end: nothing runs any more, and another look changes nothing. */
function settled(scenario: Scenario, world: World): Ended {
  for (const [key, { phase, pods }] of world.tasks) {
    expect(hasEnded(phase), `${key} hasn't ended`).toBe(true);
    expect(pods.some(({ state }) => running.has(state))).toBe(false);
  }
  const { phase, message, phases, create: more } = decisionOf(scenario, world);
  expect(more).toEqual([]);
  expect({ phase, message }).toEqual({ phase: world.run.phase, message: world.run.message });
  expect([...phases.keys()].sort()).toEqual([...scenario.graph.keys()].sort());
  return { phase, message, phases };
}

/** Numbers from 0 to 1 that look random, the same for a seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
