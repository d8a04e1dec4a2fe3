// Security contexts: what Pod Security restricted leaves open.
import { each, free, integer, map, oneOf, type Rule, refuse, refused } from "./rules.ts";

const noRoot = "pods run without root";
const runAsUser = integer(1, 2 ** 31 - 1, `${noRoot}; expected a user's number from 1`);
const runAsNonRoot = oneOf([true], noRoot);
const windows = refused("pods run on Linux");

const seccompProfile = map({
  type: oneOf(["RuntimeDefault", "Localhost"], "system calls stay filtered"),
  localhostProfile: free,
});
const appArmorProfile = map({
  type: oneOf(["RuntimeDefault", "Localhost"], "AppArmor stays on"),
  localhostProfile: free,
});
/** Pod Security's own list, baseline. */
const seLinuxOptions = map({
  type: oneOf(["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"], "Pod Security's list"),
  level: free,
});
/** Kernel settings that Kubernetes calls safe: they are the pod's own. Source: Pod Security Standards, baseline. */
const safeSysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

export const podSecurityRule = map({
  runAsNonRoot,
  runAsUser,
  runAsGroup: free,
  fsGroup: free,
  fsGroupChangePolicy: free,
  supplementalGroups: free,
  supplementalGroupsPolicy: free,
  seccompProfile,
  appArmorProfile,
  seLinuxOptions,
  seLinuxChangePolicy: free,
  sysctls: each(map({ name: oneOf(safeSysctls, "only kernel settings that are the pod's own"), value: free })),
  windowsOptions: windows,
});

/** Everything dropped; what restricted lets be added is the right to listen on a port below 1024. */
const capabilities: Rule = (value, path, base) => [
  ...map({ drop: free, add: each(oneOf(["NET_BIND_SERVICE"], "no further rights of the kernel")) })(value, path, base),
  ...(dropsAll(value) ? [] : refuse([...path, "drop"], value, 'every capability is dropped: expected ["ALL"]')),
];
const dropsAll = (value: unknown) => {
  const { drop } = (value ?? {}) as { drop?: unknown };
  return Array.isArray(drop) && drop.includes("ALL");
};

export const containerSecurityRule = map({
  runAsNonRoot,
  runAsUser,
  runAsGroup: free,
  readOnlyRootFilesystem: free,
  allowPrivilegeEscalation: oneOf([false], "a process gets no more rights than its parent"),
  privileged: oneOf([false], "no container is privileged"),
  procMount: oneOf(["Default"], "the kernel's files stay hidden"),
  capabilities,
  seccompProfile,
  appArmorProfile,
  seLinuxOptions,
  windowsOptions: windows,
});
