// Names of what an attempt makes: labels, each attempt's own.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptNames } from "../../../../operator/engines/kubernetes/names.ts";
import { sparkEngine, sparkTask } from "../../builders.ts";
import { objectsOf } from "./pods.ts";

const kubernetes = sparkEngine({ kubernetes: {} });

describe("names", () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

  it("are labels of at most 63 characters, whatever the task is called", () => {
    fc.assert(
      fc.property(label, fc.integer({ min: 1, max: 999 }), (task, number) => {
        const names = Object.values(attemptNames({ objectName: task, uid: "0123abcd-0", number }));
        for (const name of [
          ...names,
          `${attemptNames({ objectName: task, uid: "0123abcd-0", number }).executorPrefix}-exec-10000`,
        ]) {
          expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
          expect(name.length).toBeLessThanOrEqual(63);
        }
      }),
    );
  });

  it("differ by task's uid and by attempt", () => {
    const long = "a".repeat(63);
    const drivers = [
      attemptNames({ objectName: long, uid: "00000001-0", number: 1 }),
      attemptNames({ objectName: long, uid: "00000002-0", number: 1 }),
      attemptNames({ objectName: long, uid: "00000001-0", number: 2 }),
    ];
    expect(new Set(drivers.map(({ driver }) => driver)).size).toBe(3);
  });

  it("and labels of a task with the longest name are valid too", () => {
    const { driver } = objectsOf(sparkTask({}, `${"a".repeat(35)}-${"b".repeat(27)}`), kubernetes);
    for (const value of Object.values(driver.metadata.labels)) expect(value.length).toBeLessThanOrEqual(63);
    expect(driver.metadata.name).toBe(`${"a".repeat(35)}-0123abcd-1-driver`);
  });

  it("of ConfigMaps that are no labels make volumes that are, each of its own", () => {
    const names = ["a.b", "a-b", "x".repeat(100), `${"x".repeat(99)}y`];
    const inputs = names.map((name, i) => ({ name: `i${i}`, configMap: { name, key: "k" } }));
    const { driver } = objectsOf(sparkTask({ inputs }), kubernetes);
    const volumes = driver.spec.volumes.filter(({ name }) => name.startsWith("cm-")).map(({ name }) => name);
    expect(new Set(volumes).size).toBe(4);
    for (const name of volumes) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });
});
