// Rows 4, 6 to 14, 18 and 22 to 24 of the fault matrix, each a named scenario. What must hold of all of them: the end is that of
// an undisturbed life, no attempt has two drivers, no status goes back, nothing is left after the deletion, it is quiet
// afterwards, and the operator is alive and says so.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerRows } from "./matrix/answers.ts";
import { connectionRows } from "./matrix/connections.ts";
import { driverPodRows } from "./matrix/driverPods.ts";
import { objectRows } from "./matrix/objects.ts";
import { Stage } from "./matrix/stage.ts";
import { watchRows } from "./matrix/watches.ts";

const minutes = 60_000;
let stage: Stage;
const current = () => stage;

beforeAll(async () => {
  stage = await Stage.start();
}, 5 * minutes);
afterAll(() => stage?.stop(), minutes);

describe("the fault matrix", { timeout: 10 * minutes }, () => {
  it("begins with lives that nothing disturbs", () => {
    expect([...stage.references.values()].flatMap(({ wrong }) => wrong)).toEqual([]);
  });
  connectionRows(current);
  answerRows(current);
  watchRows(current);
  driverPodRows(current);
  objectRows(current);
});
