// What a build needs of this machine to reach the internet as the machine does: certificate authorities, mirrors, proxies.
// It is mounted into the build, where build arguments name it, and never becomes part of an image.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../test/cluster/command.ts";
import { cache } from "./buildah.ts";

/** Options of `buildah bud`, and the mirror that debootstrap asks; without one it knows where to ask. */
export type Machine = { options: string[]; debianMirror?: string };

/** A folder that every Debian has, so that the mount leaves no trace. */
const mounted = "/mnt";
const debianSources = ["sources.list.d/debian.sources", "sources.list"];
const authorities = ["/etc/ssl/certs/ca-certificates.crt"];

export async function thisMachine(): Promise<Machine> {
  const folder = join(cache, "machine");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "sources"), { recursive: true });
  const certificates = authorities.find((file) => existsSync(file));
  if (certificates) copyFileSync(certificates, join(folder, "ca.crt"));
  const sources = debianSources.map((name) => join("/etc/apt", name)).find(isBookworm);
  if (sources)
    copyFileSync(sources, join(folder, "sources", sources.endsWith(".sources") ? "debian.sources" : "debian.list"));
  writeFileSync(
    join(folder, "apt.conf"),
    [...(await aptProxies()), ...aptPlaces(!!certificates, !!sources)].join("\n"),
  );
  writeFileSync(join(folder, "pip.conf"), await pipSettings(!!certificates));
  const mirror = sources && /https?:\/\/\S+\/debian\/?(?=\s)/.exec(readFileSync(sources, "utf8"))?.[0];
  return {
    options: [
      ...["--volume", `${folder}:${mounted}:ro`],
      ...["--build-arg", `APT_CONFIG=${mounted}/apt.conf`, "--build-arg", `PIP_CONFIG_FILE=${mounted}/pip.conf`],
    ],
    ...(mirror ? { debianMirror: mirror } : {}),
  };
}

/** Whether a list of sources is that of the Debian which is built: another release's packages don't fit. */
const isBookworm = (file: string) => existsSync(file) && /^[^#]*\bbookworm\b/m.test(readFileSync(file, "utf8"));

async function aptProxies(): Promise<string[]> {
  const { stdout } = await attempt("apt-config", ["dump"]);
  return stdout.split("\n").filter((line) => /^Acquire::https?::Proxy/i.test(line));
}

const aptPlaces = (certificates: boolean, sources: boolean): string[] => [
  ...(certificates ? [`Acquire::https::CaInfo "${mounted}/ca.crt";`] : []),
  ...(sources ? ['Dir::Etc::sourcelist "/dev/null";', `Dir::Etc::sourceparts "${mounted}/sources";`] : []),
  "",
];

/** pip's own settings here that say where packages come from; folders of this machine aren't in the build. */
async function pipSettings(certificates: boolean): Promise<string> {
  const { stdout } = await attempt("python3", ["-m", "pip", "config", "list"]);
  const wanted =
    /^(?:global|install|:env:)\.(index-url|extra-index-url|trusted-host|proxy|timeout|default-timeout)='(.*)'$/;
  const found = stdout.split("\n").flatMap((line) => {
    const [, key, value] = wanted.exec(line) ?? [];
    return key && value ? [`${key.replace("default-", "")} = ${value.replaceAll("\\n", "\n  ")}`] : [];
  });
  return ["[global]", ...(certificates ? [`cert = ${mounted}/ca.crt`] : []), ...new Set(found), ""].join("\n");
}
