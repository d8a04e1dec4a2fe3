// Layers: later wins, lists add up, every value keeps its source.
import { describe, expect, it } from "vitest";
import { additiveKeys, type Layer, mergeLayers } from "../../../operator/settings/layers.ts";

const layer = (source: string, conf: Record<string, string>, unset?: string[]): Layer => ({
  source,
  conf: new Map(Object.entries(conf)),
  ...(unset ? { unset } : {}),
});
const merged = (...layers: Layer[]) => Object.fromEntries(mergeLayers(layers).map((setting) => [setting.key, setting]));

describe("layers", () => {
  it("take the later value, with its source", () => {
    const { "spark.a": a } = merged(
      layer("profile session", { "spark.a": "1" }),
      layer("task count", { "spark.a": "2" }),
    );
    expect(a).toEqual({ key: "spark.a", value: "2", source: "task count" });
  });

  it("are sorted by key, whatever their order", () => {
    const keys = mergeLayers([layer("b", { "spark.z": "1", "spark.b": "1" }), layer("c", { "spark.c": "1" })]);
    expect(keys.map(({ key }) => key)).toEqual(["spark.b", "spark.c", "spark.z"]);
  });

  it.each([...additiveKeys])("join %s, each part with its source", (key) => {
    const { [key]: joined } = merged(layer("profile sedona", { [key]: "a,b" }), layer("task count", { [key]: "c" }));
    expect(joined).toEqual({
      key,
      value: "a,b,c",
      source: "profile sedona, task count",
      parts: [
        { value: "a,b", source: "profile sedona" },
        { value: "c", source: "task count" },
      ],
    });
  });

  it("join lists without duplicates, spaces around items aside", () => {
    const { "spark.jars": jars } = merged(
      layer("engine", { "spark.jars": "a.jar, b.jar" }),
      layer("task", { "spark.jars": "b.jar, c.jar ,c.jar" }),
      layer("later", { "spark.jars": "a.jar" }),
    );
    expect(jars?.value).toBe("a.jar, b.jar,c.jar");
    expect(jars?.source).toBe("engine, task");
  });

  it("don't join other keys, even where a value looks like a list", () => {
    const { "spark.sql.x": x } = merged(layer("a", { "spark.sql.x": "1,2" }), layer("b", { "spark.sql.x": "3" }));
    expect(x?.value).toBe("3");
  });
});

describe("unsetConf", () => {
  it("takes away what lower layers say, joined or not", () => {
    const left = merged(
      layer("profile", { "spark.a": "1", "spark.jars": "x.jar" }),
      layer("engine", { "spark.jars": "y.jar" }),
      layer("task", {}, ["spark.a", "spark.jars"]),
    );
    expect(left).toEqual({});
  });

  it("leaves what the same layer and higher ones say", () => {
    const left = merged(
      layer("profile", { "spark.jars": "x.jar" }),
      layer("task", { "spark.jars": "y.jar" }, ["spark.jars"]),
      layer("later", { "spark.jars": "z.jar" }),
    );
    expect(left["spark.jars"]?.value).toBe("y.jar,z.jar");
  });

  it("takes away a key that nobody sets without a word", () => {
    expect(merged(layer("task", { "spark.a": "1" }, ["spark.b"]))).toHaveProperty(["spark.a"]);
  });
});
