// The profiles are the seeds' session factories, complete but for keys without effect, whose successors stand in.
import { describe, expect, it } from "vitest";
import { profileNames } from "../../../operator/api/settings.ts";
import { mergeLayers } from "../../../operator/settings/layers.ts";
import { whyOwned } from "../../../operator/settings/owned.ts";
import { defaultProfiles, profileLayer } from "../../../operator/settings/profiles.ts";
import { seed000, seed003, seed003Calls, successors } from "./seeds.ts";

const session = profileLayer("session").conf;
const production = profileLayer("production").conf;
const kept = (seed: Record<string, string>) => Object.entries(seed).filter(([key]) => !Object.hasOwn(successors, key));
const replaced = (seed: Record<string, string>) =>
  Object.entries(seed).filter(([key]) => Object.hasOwn(successors, key));

describe.each([
  ["session", session, seed000],
  ["production", production, seed003],
] as const)("profile %s", (_, profile, seed) => {
  it.each(kept(seed))("has its seed's %s=%s", (key, value) => {
    expect(profile.get(key)).toBe(value);
  });

  it.each(replaced(seed))("has a working successor for its seed's %s=%s", (key, value) => {
    expect(profile.has(key)).toBe(false);
    const successor = successors[key];
    if (successor) expect(profile.get(successor.key)).toBe(successor.value ?? value);
  });

  it("has nothing that no seed asks for", () => {
    const asked = new Set([
      ...Object.keys(seed),
      ...Object.keys(seed003Calls),
      ...Object.values(successors).map((successor) => successor?.key),
    ]);
    expect([...profile.keys()].filter((key) => !asked.has(key))).toEqual([]);
  });
});

describe("profile production", () => {
  it.each(Object.entries(seed003Calls))("does by %s=%s what its seed does by a call", (key, value) => {
    expect(production.get(key)).toBe(value);
  });

  it("begins with as many partitions as it asks for, though session below says 100", () => {
    const merged = mergeLayers([profileLayer("session"), profileLayer("production")]);
    const value = (key: string) => merged.find((setting) => setting.key === key)?.value;
    expect(value("spark.sql.adaptive.coalescePartitions.initialPartitionNum")).toBe(
      value("spark.sql.shuffle.partitions"),
    );
  });
});

describe("profile sedona", () => {
  it("is Sedona's registrator and SQL extension, with the serializer that the registrator needs", () => {
    expect(Object.fromEntries(profileLayer("sedona").conf)).toEqual({
      "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
      "spark.kryo.registrator": "org.apache.sedona.core.serde.SedonaKryoRegistrator",
      "spark.sql.extensions": "org.apache.sedona.sql.SedonaSqlExtensions",
    });
  });
});

describe("every profile", () => {
  it.each(profileNames)("%s sets no key that the operator owns, and leaves extraJavaOptions to users", (name) => {
    const keys = [...profileLayer(name).conf.keys()];
    expect(keys.filter((key) => whyOwned(key) !== undefined)).toEqual([]);
    expect(keys.filter((key) => key.endsWith("extraJavaOptions"))).toEqual([]);
  });

  it("session and sedona are there unless an engine says otherwise", () => {
    expect(defaultProfiles).toEqual(["session", "sedona"]);
  });
});
