// One task of a scenario: applied, waited for, compared with an undisturbed one, and taken away again.

import type { KubeObject } from "../../operator/kube/objects.ts";
import { configMaps, pods, sparkTasks } from "../../operator/kube/resources.ts";
import { differences, endState } from "./endState.ts";
import type { Place } from "./live.ts";
import { task } from "./lives.ts";
import { doubleAttempts, phaseOf, quiet, watchStatuses } from "./oracles.ts";
import type { Write } from "./proxy.ts";
import type { Script } from "./script.ts";

export type TaskStatus = {
  phase?: string;
  message?: string;
  attempt?: number;
  cause?: { class: string; reason: string; message: string };
  attempts?: { number: number; state: string; cause?: { class: string; reason: string } }[];
  values?: Record<string, unknown>;
  conditions?: { type: string; status: string; reason: string }[];
};

/** Long for a busy machine. */
const waitMs = 90_000;

export class Trial {
  readonly place: Place;
  readonly name: string;
  readonly #since: number;
  readonly #statuses: ReturnType<typeof watchStatuses>;

  private constructor(place: Place, name: string) {
    this.place = place;
    this.name = name;
    this.#since = place.lane.proxy.writes.length;
    this.#statuses = watchStatuses(place.view, place.namespace, name);
  }

  /** Applies a task whose driver does what the script says. */
  static async begin(place: Place, name: string, script: Script, spec: object = {}): Promise<Trial> {
    const trial = new Trial(place, name);
    await trial.apply(script, spec);
    return trial;
  }

  async apply(script: Script, spec: object = {}): Promise<void> {
    const { rig, namespace } = this.place;
    await rig.client.create(sparkTasks, namespace, task(this.name, script, spec));
  }

  get object(): KubeObject | undefined {
    return this.place.view.get(sparkTasks, this.place.namespace, this.name);
  }

  get status(): TaskStatus {
    return (this.object?.status ?? {}) as TaskStatus;
  }

  /** Driver pods of the task, of whatever uid, by attempt. */
  get drivers(): KubeObject[] {
    const { view, namespace } = this.place;
    const own = view.of(pods, namespace).filter((pod) => this.#isOwn(pod) && roleOf(pod) === "driver");
    return own.sort((a, b) => attemptOf(a) - attemptOf(b));
  }

  /** The operator's writes that concern this task. */
  get writes(): Write[] {
    const own = ({ call }: Write) => call.name.startsWith(this.name) || call.body.includes(`"${this.name}`);
    return this.place.lane.proxy.objectWrites(this.#since).filter(own);
  }

  until(what: string, holds: () => boolean, timeoutMs = waitMs): Promise<void> {
    const state = () => `${JSON.stringify(this.status)}; there is: ${this.left().join(", ")}`;
    return this.place.view.until(`${this.name}: ${what}`, holds, timeoutMs, state);
  }

  /** Waits for a phase. */
  async reaches(phase: string, timeoutMs = waitMs): Promise<void> {
    await this.until(phase, () => phaseOf(this.object) === phase, timeoutMs);
  }

  /** Waits for a driver pod of an attempt, in a phase if one is named. */
  async driver(number = 1, phase?: string): Promise<KubeObject> {
    const find = () =>
      this.drivers.find((pod) => attemptOf(pod) === number && (phase === undefined || phaseOf(pod) === phase));
    await this.until(`driver ${number}${phase ? ` ${phase}` : ""}`, () => find() !== undefined);
    return find()!;
  }

  /** What there is of the task: pods and ConfigMaps, and itself. */
  left(): string[] {
    const { view, namespace } = this.place;
    const parts = [pods, configMaps].flatMap((resource) =>
      view
        .of(resource, namespace)
        .filter((one) => this.#isOwn(one))
        .map(
          ({ metadata }) =>
            `${resource.plural}/${metadata.name}${metadata.finalizers ? ` (held by ${metadata.finalizers})` : ""}`,
        ),
    );
    return this.object ? [`sparktasks/${this.name}`, ...parts] : parts;
  }

  /** What doesn't hold at the end: finalizers gone, quiet, no attempt twice, no status that went back. */
  async settled(expected?: Map<string, string>, quietMs = 3000): Promise<string[]> {
    const { namespace, lane } = this.place;
    await this.until("the end of its finalizers", () => !this.left().some((text) => text.includes("held by")));
    const wrong = await quiet(() => this.writes, quietMs, quietMs + 15_000);
    if (expected) wrong.push(...differences(expected, this.state()));
    wrong.push(...doubleAttempts(lane.proxy.writes), ...this.#statuses.wrong);
    if ((await lane.operator.readyz()) !== 200) wrong.push(`${namespace}: the operator isn't ready`);
    return wrong;
  }

  /** Its end state, with its name left out, to be compared with another task's. */
  state(): Map<string, string> {
    const own = (object: KubeObject) => object.metadata.name === this.name || this.#isOwn(object);
    return endState(this.place.view, this.place.namespace, own, this.name);
  }

  /** Deletes it and waits until nothing of it is left. */
  async remove(propagationPolicy: "Background" | "Foreground" = "Background"): Promise<void> {
    await this.place.rig.client.delete(sparkTasks, this.place.namespace, this.name, { propagationPolicy });
    await this.gone();
  }

  async gone(): Promise<void> {
    await this.until("nothing left of it", () => this.left().length === 0);
    this.#statuses.stop();
  }

  #isOwn({ metadata }: KubeObject): boolean {
    return metadata.labels?.["app.kubernetes.io/instance"] === this.name;
  }
}

export const attemptOf = ({ metadata }: KubeObject): number => Number(metadata.labels?.["sparkflow.dev/attempt"] ?? 0);
const roleOf = ({ metadata }: KubeObject): string => metadata.labels?.["spark-role"] ?? "";
