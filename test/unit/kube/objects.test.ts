import fc from "fast-check";
import { expect, test } from "vitest";
import { controllerOf, keyOf, microTime, newer, ownedBy, splitKey } from "../../../operator/kube/objects.ts";

test("resourceVersions are compared as whole numbers of any size", () => {
  const big = fc.bigInt({ min: 0n, max: 2n ** 80n });
  fc.assert(fc.property(big, big, (a, b) => newer(String(a), String(b)) === a > b));
});

test("resourceVersions that are no numbers count as newer, unless they are the same", () => {
  expect([newer("a", "5"), newer("5", "a"), newer("a", "a"), newer("007", "8")]).toEqual([true, true, false, true]);
});

test("keys go there and back, for objects in a namespace and for those in none", () => {
  expect([keyOf({ namespace: "ns", name: "p" }), keyOf({ name: "n" })]).toEqual(["ns/p", "n"]);
  expect([splitKey("ns/p"), splitKey("n")]).toEqual([
    { namespace: "ns", name: "p" },
    { namespace: "", name: "n" },
  ]);
});

test("an owner's reference controls and blocks, and is found again", () => {
  const metadata = { name: "t", uid: "u", resourceVersion: "1" };
  const reference = ownedBy({ apiVersion: "sparkflow.dev/v1alpha1", kind: "SparkTask", metadata });
  const other = { apiVersion: "v1", kind: "Pod", name: "x", uid: "y" };
  expect(reference).toEqual({
    ...{ apiVersion: "sparkflow.dev/v1alpha1", kind: "SparkTask", name: "t", uid: "u" },
    ...{ controller: true, blockOwnerDeletion: true },
  });
  expect(controllerOf({ metadata: { ownerReferences: [other, reference] } })).toBe(reference);
  expect(controllerOf({ metadata: {} })).toBeUndefined();
});

test("times have six digits of the second", () => {
  expect(microTime(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)))).toBe("2026-01-02T03:04:05.006000Z");
});
