// The crash sweep: the operator is killed before and after every one of its writes, every answer to a write is lost once,
// and every watch event once, over four lives. Each must end as the undisturbed one (rows 1, 2, 3 and 5 of the matrix).
// Of two longer lives, in which a person does something on the way, `make test` takes every fourth point, `make test-all` all.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditEvents } from "../cluster/audit.ts";
import type { Outcome, Place } from "./live.ts";
import { begin, lives, localLife, steeredLives } from "./lives.ts";
import { phaseOf, quiet } from "./oracles.ts";
import { type Fault, faults, pointsOf, pointText } from "./points.ts";
import { Rig } from "./rig.ts";
import { liveUndisturbed, runPoints, type Swept, startPlaces } from "./sweep.ts";
import { View } from "./view.ts";

const minutes = 60_000;
const lanes = 6;
const all = [...lives, ...steeredLives];
/** No multiple of three, so that each of the three faults of a write has its turn. */
const everyFourth = process.env.SPARKFLOW_TEST_ALL ? 1 : 4;

let rig: Rig;
let view: View;
let places: Place[] = [];
let references = new Map<string, Outcome>();
let outcomes: Swept[] = [];
const stop = new AbortController();

beforeAll(async () => {
  rig = await Rig.start();
  view = new View(rig.client);
  await view.follow(stop.signal);
  places = await startPlaces(rig, view, lanes);
  references = await liveUndisturbed(places[0]!, all);
  const points = all.flatMap((life) =>
    pointsOf(life, references.get(life.name)!, steeredLives.includes(life) ? everyFourth : 1),
  );
  outcomes = await runPoints(places, points, references);
}, 20 * minutes);
afterAll(async () => {
  stop.abort();
  await rig?.stop();
}, minutes);

/** A point with all that went wrong there, as a failing test shows it. */
const told = ({ point, hit, wrong }: Swept): string =>
  `${pointText(point)} (${hit ?? "not reached"}):\n  ${wrong.join("\n  ")}`;

describe.each(all.map(({ name }) => name))("the life %s", (name) => {
  const mine = (fault: Fault) => outcomes.filter(({ point }) => point.life.name === name && point.fault === fault);

  it("passes undisturbed, and with as few writes as it should", () => {
    const { wrong, writes } = references.get(name)!;
    expect(wrong).toEqual([]);
    if (name === "executors" || name === "local") expect(writes).toHaveLength(5);
  });

  it.each(faults)("ends as if nothing had been, with one driver pod an attempt, when %s", (fault) => {
    const tried = mine(fault);
    expect(tried.length).toBeGreaterThan(0);
    expect(tried.filter(({ wrong }) => wrong.length > 0).map(told)).toEqual([]);
  });

  it("was hit at nearly every point: a life may have a write or an event less now and then", () => {
    const tried = faults.flatMap(mine);
    const missed = tried.filter(({ hit }) => hit === undefined);
    expect(missed.length, missed.map(({ point }) => pointText(point)).join("; ")).toBeLessThanOrEqual(
      Math.ceil(tried.length / 10),
    );
  });
});

describe("after the whole sweep", () => {
  it("no driver pod or ConfigMap was made twice, by the API server's audit log", () => {
    const made = auditEvents(rig.cluster.auditLog).filter(
      ({ stage, verb, user, objectRef, responseStatus }) =>
        stage === "ResponseComplete" &&
        verb === "create" &&
        user.username === "sparkflow-operator" &&
        ["pods", "configmaps"].includes(objectRef?.resource ?? "") &&
        responseStatus?.code === 201,
    );
    const names = made.map(({ objectRef }) => `${objectRef!.resource} ${objectRef!.namespace}/${objectRef!.name}`);
    expect(names.length).toBeGreaterThan(outcomes.length);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it(
    "every operator is ready, and 10 s after its last task has written nothing more",
    async () => {
      const checks = places.map(async ({ lane, namespace }) => {
        const { metadata } = await begin(localLife, rig.client, namespace);
        const ended = () => phaseOf(view.get(localLife.resource, namespace, metadata.name)) === "Succeeded";
        await view.until(`the end in ${namespace}`, ended, minutes);
        const wrong = await quiet(() => lane.proxy.objectWrites(), 10_000, 14_000);
        return [...wrong, ...((await lane.operator.readyz()) === 200 ? [] : [`${namespace}: not ready`])];
      });
      expect((await Promise.all(checks)).flat()).toEqual([]);
    },
    3 * minutes,
  );

  it("the fake kubelet met nothing that it can't explain", () => {
    expect(rig.kubelet.errors).toEqual([]);
  });
});
