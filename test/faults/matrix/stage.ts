// Where the scenarios of the fault matrix play: one light cluster, places of their own, and how undisturbed lives end.
import { type Disturbance, live, type Outcome, type Place } from "../live.ts";
import { type Life, lives, makeEngines } from "../lives.ts";
import { type Lane, Rig } from "../rig.ts";
import { View } from "../view.ts";

export class Stage {
  readonly rig: Rig;
  readonly view: View;
  /** One operator that many scenarios share. */
  readonly shared: Place;
  readonly references: ReadonlyMap<string, Outcome>;
  readonly #stop: AbortController;

  private constructor(
    rig: Rig,
    view: View,
    shared: Place,
    references: ReadonlyMap<string, Outcome>,
    stop: AbortController,
  ) {
    this.rig = rig;
    this.view = view;
    this.shared = shared;
    this.references = references;
    this.#stop = stop;
  }

  static async start(): Promise<Stage> {
    const rig = await Rig.start();
    const view = new View(rig.client);
    const stop = new AbortController();
    await view.follow(stop.signal);
    const shared = await placeOf(rig, view, "shared");
    await shared.lane.operator.end("SIGTERM"); // leaves its compiled code for all that come after it
    await shared.lane.operator.start();
    await shared.lane.operator.ready();
    const references = new Map<string, Outcome>();
    for (const life of lives) references.set(life.name, await live(shared, life));
    return new Stage(rig, view, shared, references, stop);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.rig.stop();
  }

  /** A namespace with an operator of its own that is ready. `before`: what is to be done before it starts. */
  place(name: string, args: readonly string[] = [], before?: (lane: Lane) => void): Promise<Place> {
    return placeOf(this.rig, this.view, name, args, before);
  }

  /** Lives a life through under a disturbance; answers what didn't hold. */
  async disturbed(place: Place, life: Life, disturb?: Disturbance): Promise<string[]> {
    const expected = this.references.get(life.name)?.state;
    const { wrong } = await live(place, life, { expected, quietMs: 3000, ...(disturb ? { disturb } : {}) });
    if ((await place.lane.operator.readyz()) !== 200) wrong.push("the operator isn't ready");
    return wrong;
  }
}

async function placeOf(
  rig: Rig,
  view: View,
  namespace: string,
  args: readonly string[] = [],
  before?: (lane: Lane) => void,
): Promise<Place> {
  await rig.namespace(namespace);
  await makeEngines(rig.client, namespace);
  const lane = await rig.lane(namespace, [namespace], args);
  before?.(lane);
  await lane.operator.start();
  await lane.operator.ready(90_000);
  return { rig, view, lane, namespace };
}
