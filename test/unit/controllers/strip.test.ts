// What the store of tasks keeps: all of a task that may still change, little of one that has ended for good.
import { expect, test } from "vitest";
import { strippedTask } from "../../../operator/controllers/strip.ts";
import { isFinal } from "../../../operator/controllers/task/view.ts";
import type { KubeObject } from "../../../operator/kube/objects.ts";

const status = {
  observedGeneration: 1,
  phase: "Succeeded",
  message: "",
  conditions: [{ type: "Ready", status: "True", reason: "Succeeded" }],
  attempt: 2,
  attempts: [
    { number: 1, state: "Failed", driver: "words-1", finishedAt: "2026-11-21T07:00:00Z" },
    { number: 2, state: "Succeeded", driver: "words-2", finishedAt: "2026-11-21T07:01:00Z" },
  ],
  values: { distinct: 7 },
  finishedAt: "2026-11-21T07:01:00Z",
};
const task = (more: object = {}, generation = 1): KubeObject => ({
  metadata: { name: "words", namespace: "geo", uid: "u", resourceVersion: "1", generation, managedFields: [{}] },
  spec: { python: { file: "words.py" }, podTTL: "1h" },
  status: { ...status, ...more },
});

test("of a task that has ended there are its results and its pods' time, and it still has ended", () => {
  const kept = strippedTask(task());
  expect(kept.spec).toEqual({ podTTL: "1h" });
  expect(kept.status).toEqual({
    ...{ observedGeneration: 1, phase: "Succeeded", message: "", attempt: 2, attempts: [status.attempts[1]] },
    ...{ values: { distinct: 7 }, finishedAt: status.finishedAt },
  });
  expect(isFinal(kept)).toBe(true);
});
test.each([
  ["that was edited since", task({}, 2)],
  ["that runs", task({ phase: "Running", attempts: [{ number: 2, state: "Running", driver: "words-2" }] })],
  ["that was refused and may be accepted with another engine", task({ phase: "Failed", attempts: undefined })],
])("of a task %s everything is kept but managed fields", (_what, raw) => {
  const kept = strippedTask(raw);
  expect(kept.spec).toEqual(raw.spec);
  expect(kept.status).toEqual(raw.status);
  expect(kept.metadata).not.toHaveProperty("managedFields");
});
