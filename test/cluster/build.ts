// The cluster's programs from pinned Go modules (go.mod and go.sum in kube/, dns/ and helm/), each built once into the cache.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { attempt, run } from "./command.ts";
import { withLock } from "./lock.ts";
import { cache, folder, here } from "./paths.ts";

/** A Go package and the file that it becomes. `links`: further names of that file. */
type Build = { module: "kube" | "dns" | "helm"; package: string; file: string; links: string[]; ldflags?: string[] };

/** The version of a module that a go.mod here asks for. */
function version(module: Build["module"], name: string): string {
  const [, found] =
    new RegExp(`^\\t${name} (v\\S+)`, "m").exec(readFileSync(join(here, module, "go.mod"), "utf8")) ?? [];
  if (!found) throw new Error(`test/cluster/${module}/go.mod asks for no ${name}`);
  return found;
}

const kubernetes = version("kube", "k8s.io/kubernetes");
const [major = "", minor = ""] = kubernetes.slice(1).split(".");
const variables = (values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => `-X ${name}=${value}`);

/** Without these, every component would say that it is v0.0.0-master, and kubectl would warn of a version skew. */
const kubernetesVersion = variables({
  "k8s.io/component-base/version.gitVersion": kubernetes,
  "k8s.io/component-base/version.gitMajor": major,
  "k8s.io/component-base/version.gitMinor": minor,
  "k8s.io/component-base/version.gitTreeState": "clean",
  "k8s.io/client-go/pkg/version.gitVersion": kubernetes,
});
/** Without these, `helm template` would render for Kubernetes 1.20. */
const helmVersion = variables({
  "helm.sh/helm/v3/internal/version.version": version("helm", "helm.sh/helm/v3"),
  "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor": major,
  "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor": minor,
  "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor": major,
  "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor": minor,
});

export const components = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
];

const builds: Build[] = [
  { module: "kube", package: ".", file: "kube", links: components, ldflags: kubernetesVersion },
  { module: "kube", package: "./pause", file: "pause", links: [] },
  { module: "kube", package: "./probe", file: "probe", links: [] },
  { module: "dns", package: ".", file: "coredns", links: [] },
  { module: "helm", package: "helm.sh/helm/v3/cmd/helm", file: "helm", links: [], ldflags: helmVersion },
];

/** The version line of the Go toolchain; undefined if there is none. */
export async function goVersion(): Promise<string | undefined> {
  const { code, stdout } = await attempt("go", ["version"]);
  return code === 0 ? stdout.trim() : undefined;
}

/**
 * Builds what isn't in the cache yet and gives a folder with every program by its own name (etcd, kubectl, helm, …).
 * From nothing that takes about 5 minutes on two idle cores, and nothing at all the next time.
 * @param only files to build (`kube`, `coredns`, `helm`, `pause`, `probe`); default: all
 * @throws Error with the compiler's words, or if there is no Go
 */
export async function binaries(log: (line: string) => void = () => {}, only?: readonly string[]): Promise<string> {
  const go = await goVersion();
  if (!go) throw new Error("there is no Go toolchain here: install Go 1.25 or later");
  const bin = folder(join(cache, `bin-${digest(builds.map((build) => key(build, go)))}`));
  for (const build of builds.filter(({ file }) => only?.includes(file) ?? true)) {
    if (existsSync(join(bin, build.file))) continue;
    const built = await withLock("build", () => make(build, go, log));
    for (const name of [build.file, ...build.links]) link(built, join(bin, name));
  }
  return bin;
}

/** Gives the built file, kept under a key of everything that it is made of. */
async function make(build: Build, go: string, log: (line: string) => void): Promise<string> {
  const kept = join(cache, `${build.file}-${key(build, go)}`);
  const file = join(kept, build.file);
  if (existsSync(file)) return file;
  log(`building ${build.file} from Go modules (once)`);
  const fresh = mkdtempSync(join(cache, "building-"));
  try {
    const flags = [
      "-trimpath",
      "-mod=readonly",
      "-buildvcs=false",
      "-ldflags",
      ["-s -w", ...(build.ldflags ?? [])].join(" "),
    ];
    const args = ["go", "build", ...flags, "-o", join(fresh, build.file), build.package];
    await run("nice", args, { cwd: join(here, build.module), env: { CGO_ENABLED: "0" } });
    renameSync(fresh, kept);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return file;
}

const key = (build: Build, go: string): string =>
  digest([go, JSON.stringify(build), ...sources(build).map((file) => readFileSync(file, "utf8"))]);

function sources({ module, package: name }: Build): string[] {
  const root = join(here, module);
  const own = name.startsWith(".") ? join(root, name) : root;
  const programs = readdirSync(own).filter((file) => file.endsWith(".go"));
  return [join(root, "go.mod"), join(root, "go.sum"), ...programs.sort().map((file) => join(own, file))];
}

const digest = (parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);

function link(target: string, name: string): void {
  rmSync(name, { force: true });
  symlinkSync(target, name);
}
