// Names of what a flow makes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askedRunName, editRunName, madeTaskName } from "../../../operator/flow/names.ts";

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const isLabel = (name: string) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);

describe("names", () => {
  it("say what they are of", () => {
    expect(editRunName("nightly", 3)).toBe("nightly-g3");
    expect(askedRunName("nightly", "now")).toMatch(/^nightly-m[0-9a-f]{8}$/);
    expect(madeTaskName("nightly", "nightly-g3", "u-1", "load")).toMatch(/^nightly-g3-load-[0-9a-f]{6}$/);
  });

  it("are labels of at most 63 characters", () => {
    fc.assert(
      fc.property(label, label, label, fc.integer({ min: 1 }), (flow, run, task, generation) => {
        expect(isLabel(editRunName(flow, generation))).toBe(true);
        expect(isLabel(askedRunName(flow, run))).toBe(true);
        expect(isLabel(madeTaskName(flow, run, "u", task))).toBe(true);
      }),
    );
  });

  it("differ where flows, runs or tasks differ only beyond what is shown", () => {
    const long = "a".repeat(60);
    expect(editRunName(`${long}-x`, 1)).not.toBe(editRunName(`${long}-y`, 1));
    expect(madeTaskName("f", "f-g1", "u1", `${long}-x`)).not.toBe(madeTaskName("f", "f-g1", "u1", `${long}-y`));
    expect(madeTaskName("f", "f-g1", "u1", "t")).not.toBe(madeTaskName("f", "f-g1", "u2", "t"));
  });
});
