// sparkflow explain, as people ask it.
import { describe, expect, it } from "vitest";
import { reasons } from "../../../operator/api/reasons/reasons.ts";
import { sparkflow } from "./cluster/say.ts";

describe("explain", () => {
  it("says what a reason means, what to do, and whether it is tried again", async () => {
    const { code, stdout } = await sparkflow(["explain", "schemamismatch"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SchemaMismatch\nData differs from the schema .*\n\nWhat to do:\n {2}- /);
    expect(stdout).toMatch(/^Class Program; tried again: by `retry\.limit`\nMore: docs\/task-code\.md#schemas$/m);
  });

  it("lists every reason in a line", async () => {
    const { code, stdout } = await sparkflow(["explain"]);
    expect(code).toBe(0);
    const listed = stdout.split("\n").flatMap((line) => /^ {2}(\w+) {2,}\S/.exec(line)?.[1] ?? []);
    expect(listed).toEqual(Object.keys(reasons));
  });

  it("suggests the nearest word for one that it doesn't know", async () => {
    expect(await sparkflow(["explain", "ImagePulBackOff"])).toEqual({
      code: 2,
      stdout: "",
      stderr: 'there is no reason "ImagePulBackOff"; did you mean "ImagePullBackOff"?\n',
    });
    expect((await sparkflow(["explain", "wrong"])).stderr).toBe(
      'there is no reason "wrong": `sparkflow explain` lists them\n',
    );
  });
});
