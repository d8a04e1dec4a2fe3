// What the operator must own is refused by name, never overridden without a word.
import { describe, expect, it } from "vitest";
import { attemptNames } from "../../../operator/engines/kubernetes/names.ts";
import { ownedSettings } from "../../../operator/engines/kubernetes/ownedSettings.ts";
import { localSettings } from "../../../operator/engines/local/place.ts";
import { whyOwned } from "../../../operator/settings/owned.ts";
import { whyOwnedEnv } from "../../../operator/settings/ownedEnv.ts";
import { resolveTask } from "../../../operator/task/resolve.ts";
import { sparkEngine, sparkTask } from "../builders.ts";

const names = attemptNames({ objectName: "count", uid: "0123abcd-0", number: 1 });
const pods = sparkEngine({ kubernetes: {} });

describe("a key that the operator owns", () => {
  it.each([
    ["spark.master", /engine/],
    ["spark.submit.deployMode", /engine/],
    ["spark.kubernetes.namespace", /namespace/],
    ["spark.app.id", /names/],
    ["spark.kubernetes.driver.pod.name", /names/],
    ["spark.driver.host", /address and ports/],
    ["spark.ui.port", /address and ports/],
    ["spark.local.dir", /temporary folders/],
    ["spark.kubernetes.executor.podTemplateFile", /executor\.podTemplate/],
    ["spark.kubernetes.container.image", /field image/],
    ["spark.kubernetes.container.image.pullSecrets", /imagePullSecrets/],
    ["spark.kubernetes.authenticate.driver.serviceAccountName", /serviceAccountName/],
    ["spark.kubernetes.resource.type", /program/],
  ])("has a reason: %s", (key, why) => {
    expect(whyOwned(key)).toMatch(why);
  });

  it.each(["spark.app.name", "spark.driver.memory", "spark.kubernetes.executor.label.team", "spark.ui.enabled"])(
    "isn't %s",
    (key) => {
      expect(whyOwned(key)).toBeUndefined();
    },
  );

  it("is every key that a cluster's attempt gets over what a user says", () => {
    const plain = resolveTask(sparkTask(), pods);
    for (const key of ownedSettings(plain, names).conf.keys()) {
      if (whyOwned(key)) continue;
      // Otherwise it is a default: a user's own value must stay.
      const task = resolveTask(sparkTask({ sparkConf: { [key]: "mine" } }), pods);
      expect([...ownedSettings(task, names).conf.keys()], key).not.toContain(key);
    }
  });

  it("is every key that a laptop's attempt gets, but for the heap, which is capped with a line that says so", () => {
    const size = { threads: 4, heapMiB: 4096, asked: { cores: 4, memoryMiB: 5000 } };
    const keys = [...localSettings(size, 4040, "/tmp/x").keys()];
    expect(keys.filter((key) => whyOwned(key) === undefined)).toEqual(["spark.driver.memory"]);
  });
});

describe("a variable that the operator owns", () => {
  it.each(["SPARKFLOW_PARAMS", "SPARKFLOW_ANYTHING", "SF_SECRET_1", "PYSPARK_GATEWAY_PORT"])(
    "begins so: %s",
    (name) => {
      expect(whyOwnedEnv(name)).toMatch(/this prefix/);
    },
  );

  it.each(["SPARK_HOME", "SPARK_LOCAL_DIRS", "TMPDIR", "PYSPARK_PYTHON", "JAVA_HOME", "POD_IP"])(
    "is named so: %s",
    (name) => {
      expect(whyOwnedEnv(name)).toMatch(/engine sets it/);
    },
  );

  it.each(["SPARK_EXECUTOR_ID", "SPARK_JAVA_OPT_7"])("is how executors are told what they are: %s", (name) => {
    expect(whyOwnedEnv(name)).toMatch(/Spark tells executors/);
  });

  it.each(["HOME", "API_TOKEN", "PYTHONPATH", "SPARKLE"])("isn't %s", (name) => {
    expect(whyOwnedEnv(name)).toBeUndefined();
  });
});
