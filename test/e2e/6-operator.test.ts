// The operator itself, in its pod: what it may do, and that its end ends nothing.
import { beforeAll, describe, expect, it } from "vitest";
import { until } from "../cluster/command.ts";
import {
  apply,
  cluster,
  finished,
  kubectl,
  list,
  podsOf,
  script,
  sparkflow,
  sparkTask,
  taskStatus,
} from "./cluster.ts";

const long = "import time, sparkflow\ntime.sleep(12)\nsparkflow.value('done', True)\n";

describe("an operator that is killed", () => {
  const name = "survivor";
  beforeAll(async () => {
    apply(sparkTask(name, script(long)));
    await until("it runs", () => taskStatus(name).phase === "Running", { timeoutMs: 60_000 });
    kubectl([
      "-n",
      cluster.system,
      "delete",
      "pod",
      "-l",
      "app.kubernetes.io/component=operator",
      "--grace-period=0",
      "--force",
    ]);
    finished(`sparktask/${name}`);
  });

  it("leaves the driver alone, and its successor reports the end", () => {
    expect(taskStatus(name)).toMatchObject({ phase: "Succeeded", attempt: 1, values: { done: true } });
    expect(podsOf(name, "driver")).toHaveLength(1);
  });
});

describe("the operator's pod", () => {
  const pod = () =>
    list("-n", cluster.system, "pods", "-l", "app.kubernetes.io/component=operator")[0] as unknown as {
      spec: { containers: { securityContext: object }[]; securityContext: object };
    };

  it("runs as nobody special, on a read-only root", () => {
    const { spec } = pod();
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(spec.containers[0]!.securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    });
  });

  it("may read no Secret", () => {
    const account = `system:serviceaccount:${cluster.system}:sparkflow`;
    const can = (verb: string, what: string) => kubectl(["auth", "can-i", verb, what, `--as=${account}`, "-q"]);
    expect(() => can("get", "secrets")).toThrow();
    expect(() => can("create", "pods")).not.toThrow();
  });
});

describe("a local-mode driver", () => {
  it("has no token of any service account", () => {
    const program =
      "import os, sparkflow\nprint('looked')\nsparkflow.value('token', os.path.exists('/var/run/secrets/kubernetes.io/serviceaccount/token'))\n";
    apply(sparkTask("tokenless", script(program)));
    finished("sparktask/tokenless");
    expect(taskStatus("tokenless").values).toEqual({ token: false });
  });
});

describe("the command line on a cluster", () => {
  it("shows tasks with get, their logs with logs", () => {
    const shown = sparkflow(["get", "task", "survivor", "-n", cluster.namespace]);
    expect(`${shown.code} ${shown.stderr}`).toBe("0 ");
    expect(shown.stdout).toContain("Succeeded");
    const logs = sparkflow(["logs", "tokenless", "-n", cluster.namespace]);
    expect(`${logs.code} ${logs.stderr}`).toBe("0 ");
    expect(logs.stdout).toContain("looked");
  });
});
