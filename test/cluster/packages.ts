// What the cluster needs of Debian. Nothing that a package brings is started by its installation.
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { attempt, run } from "./command.ts";

/** A package and a file that shows that what it brings is here, from whatever source. */
type Package = { name: string; files: string[] };

export const nodePackages: Package[] = [
  { name: "containerd", files: ["/usr/bin/containerd", "/usr/local/bin/containerd"] },
  { name: "runc", files: ["/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc"] },
  { name: "containernetworking-plugins", files: ["/usr/lib/cni/bridge", "/opt/cni/bin/bridge"] },
  { name: "iptables", files: ["/usr/sbin/iptables"] },
  { name: "conntrack", files: ["/usr/sbin/conntrack"] },
  { name: "iproute2", files: ["/usr/sbin/ip", "/usr/bin/ip"] },
  { name: "openssl", files: ["/usr/bin/openssl"] },
];

/** For building images; test/cluster itself needs neither. */
export const imagePackages: Package[] = [
  { name: "buildah", files: ["/usr/bin/buildah"] },
  { name: "debootstrap", files: ["/usr/sbin/debootstrap"] },
];

export const missing = (packages: readonly Package[]): string[] =>
  packages.filter(({ files }) => !files.some((file) => existsSync(file))).map(({ name }) => name);

/** The first of a package's files that is here. Throws an Error if there is none. */
export function fileOf(name: string): string {
  const file = nodePackages.find((one) => one.name === name)?.files.find((path) => existsSync(path));
  if (!file) throw new Error(`${name} isn't installed`);
  return file;
}

/** Installs what is missing, with apt-get, as root. Throws an Error with apt's words. */
export async function ensurePackages(
  packages: readonly Package[],
  log: (line: string) => void = () => {},
): Promise<void> {
  const names = missing(packages);
  if (names.length === 0) return;
  log(`installing ${names.join(" ")}`);
  await withoutServices(async () => {
    if ((await apt("install", ...names)).code === 0) return;
    await apt("update"); // the lists may be missing, or older than what the mirror still has
    const { code, stdout, stderr } = await apt("install", ...names);
    if (code !== 0) throw new Error(`apt-get can't install ${names.join(" ")}:\n${(stdout + stderr).slice(-1500)}`);
  });
}

const apt = (...args: string[]) =>
  attempt("apt-get", ["-o", "DPkg::Lock::Timeout=300", "-y", "-q", "--no-install-recommends", ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });

const policy = "/usr/sbin/policy-rc.d";

/** While the work runs, no package's installation starts a service; one that is there keeps its own word on that. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  if (existsSync(policy)) return work();
  writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await work();
  } finally {
    rmSync(policy, { force: true });
  }
}

/** Whether apt-get is here to install what is missing. */
export const hasApt = async (): Promise<boolean> => (await attempt("apt-get", ["--version"])).code === 0;

/** The architecture in Go's and OCI's words: amd64, arm64 … */
export const architecture = async (): Promise<string> => (await run("go", ["env", "GOARCH"])).trim();
