// Kernel settings that a node needs or that its components change: saved before, given back at the end.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const saved = [
  "net/ipv4/ip_forward",
  "net/ipv4/conf/all/route_localnet",
  "net/bridge/bridge-nf-call-iptables",
  // The kubelet sets these.
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

const path = (name: string) => join("/proc/sys", name);
const read = (name: string) => readFileSync(path(name), "utf8").trim();

/** Writes what is set now into a file, unless it is there (then it is from before an earlier start). */
export function saveSysctls(file: string): void {
  if (existsSync(file)) return;
  const present = saved.filter((name) => existsSync(path(name)));
  writeFileSync(file, JSON.stringify(Object.fromEntries(present.map((name) => [name, read(name)]))));
}

/** Sets everything back, and removes the file. */
export function restoreSysctls(file: string): void {
  if (!existsSync(file)) return;
  const before = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  for (const [name, value] of Object.entries(before)) if (read(name) !== value) writeFileSync(path(name), value);
  rmSync(file);
}

/** Whether packets between two ports of a bridge pass iptables, which services between pods of one node rely on. */
export const bridgesFilter = (): boolean => existsSync(path("net/bridge/bridge-nf-call-iptables"));

/** Sets what pods need to reach each other and the world. */
export function setSysctls(): void {
  writeFileSync(path("net/ipv4/ip_forward"), "1");
  if (bridgesFilter()) writeFileSync(path("net/bridge/bridge-nf-call-iptables"), "1");
}
