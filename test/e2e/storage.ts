// What pods have written to the claim, through a pod of the tests' own, as users look at it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { apply, cluster, kubectl, run } from "./cluster.ts";

const keeper = "keeper";
const mountPath = "/opt/sparkflow/storage";

const copies = mkdtempSync(join(tmpdir(), "sparkflow-fetched-"));
afterAll(() => rmSync(copies, { recursive: true, force: true }));
let runs = false;

/** Starts the pod unless it runs. */
function startKeeper(): void {
  if (runs) return;
  apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: keeper },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 185, fsGroup: 185, seccompProfile: { type: "RuntimeDefault" } },
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: keeper,
          image: cluster.image,
          command: ["sleep", "infinity"],
          resources: { requests: { cpu: "10m", memory: "32Mi" } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          volumeMounts: [{ name: "flows", mountPath }],
        },
      ],
      volumes: [{ name: "flows", persistentVolumeClaim: { claimName: "flows" } }],
    },
  });
  kubectl(["wait", `pod/${keeper}`, "--for=condition=Ready", "--timeout=60s"]);
  runs = true;
}

/** Runs a command where the claim is. */
export function inStorage(...command: string[]): string {
  startKeeper();
  return kubectl(["exec", keeper, "--", ...command]);
}

/** A copy on this machine of what a file: URI of the pods' storage has. */
export function fetched(uri: string): string {
  startKeeper();
  const path = uri.replace(`file://${mountPath}/`, "");
  const folder = mkdtempSync(join(copies, "copy-"));
  const copy = 'set -o pipefail; "$1" exec "$2" -n "$3" -- tar -C "$4" -cf - "$5" | tar -C "$6" -xf -';
  const args = [join(cluster.bin, "kubectl"), keeper, cluster.namespace, mountPath, path, folder];
  const { code, stderr } = run("bash", ["-c", copy, "bash", ...args]);
  if (code !== 0) throw new Error(`${uri} can't be fetched: ${stderr}`);
  return join(folder, path);
}
