// etcd, API server, controller-manager and scheduler: their command lines and when they are ready.
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { stringify } from "yaml";
import { issue, makeAuthority, writeKubeconfig } from "./certificates.ts";
import { until } from "./command.ts";
import { folder } from "./paths.ts";
import type { Processes, Program } from "./processes.ts";

export type ControlPlane = {
  /** Folder of the programs. */
  bin: string;
  /** Folder of everything that the control plane writes. */
  state: string;
  /** Address that the API server listens on; etcd listens on 127.0.0.1. */
  address: string;
  ports: { etcd: number; peer: number; api: number };
  serviceCidr: string;
  /** Further addresses and names that the API server answers under. */
  altNames: string[];
  /** Whether pods reach the API server: then its address is published as the service `kubernetes`. */
  published: boolean;
  /** Whether etcd waits for the disk, as a production one does. */
  fsync: boolean;
};

export const pkiOf = (state: string): string => join(state, "pki");
export const kubeconfigOf = (state: string, user = "admin"): string => join(state, `${user}.kubeconfig`);
export const auditLogOf = (state: string): string => join(state, "audit.log");
export const urlOf = ({ address, ports }: ControlPlane): string => `https://${address}:${ports.api}`;

/** Names of the control plane's certificates with the users that they make. */
const users = {
  admin: { user: "admin", group: "system:masters" },
  "controller-manager": { user: "system:kube-controller-manager" },
  scheduler: { user: "system:kube-scheduler" },
};
const ownNames = ["", ".default", ".default.svc", ".default.svc.cluster.local"].map((end) => `DNS:kubernetes${end}`);

/** Makes certificates, kubeconfigs and the audit policy, unless they are there. */
export async function prepare(plane: ControlPlane): Promise<void> {
  const pki = folder(pkiOf(plane.state), 0o700);
  await makeAuthority(pki);
  const altNames = ["DNS:localhost", "IP:127.0.0.1", `IP:${plane.address}`, ...ownNames, ...plane.altNames];
  await Promise.all([
    issue(pki, { name: "apiserver", user: "kube-apiserver", altNames: [...new Set(altNames)] }),
    issue(pki, { name: "kubelet-client", user: "kube-apiserver-kubelet-client", group: "system:masters" }),
    ...Object.entries(users).map(([name, who]) => issue(pki, { name, ...who })),
  ]);
  for (const name of Object.keys(users)) writeKubeconfig(kubeconfigOf(plane.state, name), pki, name, urlOf(plane));
  writeFileSync(
    join(plane.state, "audit-policy.yaml"),
    stringify({
      apiVersion: "audit.k8s.io/v1",
      kind: "Policy",
      omitStages: ["RequestReceived"],
      rules: [{ level: "Metadata" }],
    }),
  );
}

export function etcd({ bin, state, ports, fsync }: ControlPlane): Program {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  const flags = {
    name: "test",
    "data-dir": join(state, "etcd"),
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `test=${peer}`,
    "unsafe-no-fsync": !fsync,
    "log-level": "warn",
  };
  return program(bin, "etcd", flags);
}

/** For cpus.ts. */
const mutatingPolicies = {
  "feature-gates": "MutatingAdmissionPolicy=true",
  "runtime-config": "admissionregistration.k8s.io/v1beta1=true",
};

export function apiserver(plane: ControlPlane): Program {
  const pki = (file: string) => join(pkiOf(plane.state), file);
  const flags = {
    "etcd-servers": `http://127.0.0.1:${plane.ports.etcd}`,
    "bind-address": plane.address,
    "advertise-address": plane.address,
    "secure-port": plane.ports.api,
    ...(plane.published ? mutatingPolicies : { "endpoint-reconciler-type": "none" }),
    "tls-cert-file": pki("apiserver.crt"),
    "tls-private-key-file": pki("apiserver.key"),
    "client-ca-file": pki("ca.crt"),
    "kubelet-client-certificate": pki("kubelet-client.crt"),
    "kubelet-client-key": pki("kubelet-client.key"),
    "kubelet-certificate-authority": pki("ca.crt"),
    "kubelet-preferred-address-types": "InternalIP",
    "service-account-key-file": pki("sa.pub"),
    "service-account-signing-key-file": pki("sa.key"),
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-cluster-ip-range": plane.serviceCidr,
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "audit-policy-file": join(plane.state, "audit-policy.yaml"),
    "audit-log-path": auditLogOf(plane.state),
    "audit-log-maxsize": 8192, // MiB; else a new file begins at 100
    "allow-privileged": true,
    profiling: false,
  };
  return program(plane.bin, "kube-apiserver", flags);
}

/** Only to be started once the API server is ready: it exits when it finds none. */
export function controllerManager({ bin, state }: ControlPlane): Program {
  const flags = {
    kubeconfig: kubeconfigOf(state, "controller-manager"),
    "service-account-private-key-file": join(pkiOf(state), "sa.key"),
    "root-ca-file": join(pkiOf(state), "ca.crt"),
    "use-service-account-credentials": true,
    "kube-api-qps": 300,
    "kube-api-burst": 600,
    "leader-elect": false,
    "secure-port": 0,
    profiling: false,
  };
  return program(bin, "kube-controller-manager", flags);
}

export function scheduler({ bin, state }: ControlPlane): Program {
  const flags = {
    kubeconfig: kubeconfigOf(state, "scheduler"),
    "kube-api-qps": 300,
    "kube-api-burst": 600,
    "leader-elect": false,
    "secure-port": 0,
    profiling: false,
  };
  return program(bin, "kube-scheduler", flags);
}

export function program(bin: string, name: string, flags: Record<string, string | number | boolean>): Program {
  return { name, argv: [join(bin, name), ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)] };
}

/** Waits for the API server's /readyz. Throws an Error with the end of its log if it has ended. */
export async function apiReady(processes: Processes, plane: ControlPlane): Promise<void> {
  const hopeless = () => processes.whyDead("etcd") ?? processes.whyDead("kube-apiserver");
  await until("the API server", () => answers(plane, "/readyz"), { hopeless });
}

/** Waits until the controller-manager works: it has made the namespace `default`'s service account. */
export async function controllersReady(processes: Processes, plane: ControlPlane): Promise<void> {
  const account = "/api/v1/namespaces/default/serviceaccounts/default";
  const hopeless = () => processes.whyDead("kube-controller-manager");
  await until("the controller-manager", () => answers(plane, account), { hopeless });
}

/** Whether the administrator's GET is answered with 200. */
export const answers = async (plane: ControlPlane, path: string): Promise<boolean> =>
  (await get(plane, path)) !== undefined;

/** What the administrator's GET is answered with, as JSON; undefined unless the answer is 200. */
export async function getJson(plane: ControlPlane, path: string): Promise<unknown> {
  const text = await get(plane, path);
  return text === undefined ? undefined : JSON.parse(text);
}

function get(plane: ControlPlane, path: string): Promise<string | undefined> {
  const [ca, cert, key] = ["ca.crt", "admin.crt", "admin.key"].map((file) =>
    readFileSync(join(pkiOf(plane.state), file)),
  );
  return new Promise((resolve) => {
    const call = request(new URL(path, urlOf(plane)), { ca, cert, key, agent: false, timeout: 5000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve(answer.statusCode === 200 ? text : undefined));
      answer.on("error", () => resolve(undefined));
    });
    call.on("error", () => resolve(undefined));
    call.on("timeout", () => call.destroy(new Error("no answer")));
    call.end();
  });
}
