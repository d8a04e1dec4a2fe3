// Where the kinds name other objects: a list written by hand, so that a new field that names one is thought of.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { field } from "../../../operator/api/common.ts";
import type { kinds } from "../../../operator/api/kinds.ts";
import { changedAt, placesOf, referencesOf } from "../../../operator/api/references.ts";

const listed = (kind: keyof typeof kinds) =>
  referencesOf(kind)
    .filter(({ path }) => !path.includes("podTemplate"))
    .map(({ path, names }) => `${path.join(".")}: ${names}`)
    .sort();
const settings = (at: string) => [
  `${at}.confFiles.name: ConfigMap`,
  `${at}.env.valueFrom.configMapKeyRef.name: ConfigMap`,
  `${at}.env.valueFrom.secretKeyRef.name: Secret`,
  `${at}.imagePullSecrets.name: Secret`,
  `${at}.secretConf.secret.name: Secret`,
  `${at}.serviceAccountName: ServiceAccount`,
];
const task = (at: string) => [
  ...settings(at),
  `${at}.engine: SparkEngine`,
  `${at}.fugueSql.configMap.name: ConfigMap`,
  `${at}.inputs.configMap.name: ConfigMap`,
  `${at}.jar.configMap.name: ConfigMap`,
  `${at}.python.configMap.name: ConfigMap`,
  `${at}.sql.configMap.name: ConfigMap`,
];

describe("references", () => {
  it("of an engine are its settings' and its storage's", () => {
    const storage = [
      "spec.storage.azure.accountKey.name: Secret",
      "spec.storage.claim: PersistentVolumeClaim",
      "spec.storage.s3.accessKey.name: Secret",
      "spec.storage.s3.secretKey.name: Secret",
    ];
    expect(listed("SparkEngine")).toEqual([...settings("spec"), ...storage].sort());
  });

  it("of a task are its settings', its engine, program and inputs", () => {
    expect(listed("SparkTask")).toEqual([...task("spec"), ...settings("spec.flowDefaults")].sort());
  });

  it("of a flow are those of its tasks and of their defaults", () => {
    expect(listed("SparkFlow")).toEqual(
      expect.arrayContaining(["tasks", "finally", "taskDefaults"].flatMap((list) => task(`spec.${list}`))),
    );
  });

  it("of a run are its flow", () => {
    expect(listed("SparkFlowRun")).toEqual(["spec.flow: SparkFlow"]);
  });

  it("may not be in a map, which kustomize can't reach", () => {
    const spec = z.strictObject({
      secrets: field(z.record(z.string(), field(z.string(), "A Secret.", { names: "Secret" })), "By key."),
    });
    expect(() => placesOf(spec)).toThrow("spec.secrets is a map that holds names of objects: make it a list");
  });
});

it("a text is changed in every item of the lists on the way, and where it is missing nothing is", () => {
  const value = { tasks: [{ a: { name: "x" } }, { a: {} }, {}], other: { name: "x" } };
  expect(changedAt(value, ["tasks", "a", "name"], (text) => `${text}!`)).toEqual({
    tasks: [{ a: { name: "x!" } }, { a: {} }, {}],
    other: { name: "x" },
  });
});
