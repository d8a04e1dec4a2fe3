// Many disturbed lives side by side: each lane has a namespace, an operator and a proxy of its own, in one light cluster.
import { live, type Outcome, type Place } from "./live.ts";
import { type Life, makeEngines } from "./lives.ts";
import { armed, type Point } from "./points.ts";
import type { Rig } from "./rig.ts";
import type { View } from "./view.ts";

/** How soon an operator lists again: what nothing else brings to light comes to light then. */
const relist = "3s";

export async function startPlaces(rig: Rig, view: View, count: number): Promise<Place[]> {
  const places: Place[] = [];
  for (let i = 1; i <= count; i++) {
    const namespace = await rig.namespace(`lane-${i}`);
    await makeEngines(rig.client, namespace);
    const lane = await rig.lane(namespace, [namespace], ["--relist", relist]);
    places.push({ rig, view, lane, namespace });
  }
  const begin = ({ lane }: Place) => lane.operator.start().then(() => lane.operator.ready(60_000));
  // One that ends in order leaves its compiled code for all that come after it.
  const [first] = places;
  if (first) await begin(first).then(() => first.lane.operator.end("SIGTERM"));
  await Promise.all(places.map(begin));
  return places;
}

export type Swept = Outcome & { point: Point };

/** Lives all points through, in all places at once. */
export async function runPoints(
  places: readonly Place[],
  points: readonly Point[],
  references: ReadonlyMap<string, Outcome>,
): Promise<Swept[]> {
  const rest = [...points].reverse();
  const outcomes: Swept[] = [];
  const work = async (place: Place) => {
    for (let point = rest.pop(); point; point = rest.pop()) {
      const expected = references.get(point.life.name)!.state;
      const options = { disturb: armed(point), expected, quietAfter: point.fault === "event lost" };
      outcomes.push({ ...(await live(place, point.life, options)), point });
    }
  };
  await Promise.all(places.map(work));
  return outcomes;
}

/**
 * The undisturbed lives; of two tries the one with fewer writes: a busy machine has an operator say more. Throws an Error if
 * already they go wrong.
 */
export async function liveUndisturbed(place: Place, lives: readonly Life[]): Promise<Map<string, Outcome>> {
  const references = new Map<string, Outcome>();
  for (const life of lives) {
    const [first, second] = [await live(place, life), await live(place, life)];
    const better = first.writes.length < second.writes.length ? first : second;
    const wrong = [...first.wrong, ...second.wrong];
    if (wrong.length > 0) throw new Error(`the undisturbed life ${life.name}:\n  ${wrong.join("\n  ")}`);
    references.set(life.name, better);
  }
  return references;
}
