// Params that come with an edit of a flow.
import { expect, it } from "vitest";
import { editParams, editParamsAnnotation, editParamsText } from "../../../operator/flow/editParams.ts";

const sql = { statements: "SELECT :top" };
const spec = { params: { top: { type: "integer" as const } }, tasks: [{ name: "a", sql }] };
const flow = (annotation: string | undefined, of = spec) => ({
  metadata: { annotations: annotation === undefined ? undefined : { [editParamsAnnotation]: annotation } },
  spec: of,
});

it("count for the edition that they came with, and for no later one", () => {
  const text = editParamsText(spec, { top: 5 });
  expect(editParams(flow(text))).toEqual({ top: 5 });
  expect(editParams(flow(text, { ...spec, tasks: [{ name: "b", sql }] }))).toEqual({});
});

it("still count when only limits have changed", () => {
  expect(editParams(flow(editParamsText(spec, { top: 5 }), { ...spec, failFast: false } as typeof spec))).toEqual({
    top: 5,
  });
});

it.each([undefined, "", "no JSON", "null", '"x"', "{}", '{"runHash":1,"params":{}}'])(
  "are none where the annotation is %j",
  (text) => expect(editParams(flow(text))).toEqual({}),
);
