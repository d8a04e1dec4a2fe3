// The node's network: a bridge of our own that carries the node's address, and packet rules that can be found again.
// Nothing is assumed about the machine's interfaces, it needn't even have one.
import { nth, prefixLength, type Ranges } from "./addresses.ts";
import { attempt, run } from "./command.ts";

export const bridge = "sparkflow0";
/** Comment of every rule that is made here. */
const comment = "sparkflow-test";
const chain = "SPARKFLOW-TEST";

/** The node's address, which is the pods' gateway and the API server's address. */
export const gatewayOf = ({ pods }: Ranges): string => nth(pods, 1);
export const dnsAddressOf = ({ services }: Ranges): string => nth(services, 10);

/** Makes the bridge and the rules, unless they are there. */
export async function setUpNetwork(ranges: Ranges): Promise<void> {
  if ((await attempt("ip", ["link", "show", bridge])).code !== 0) {
    // A fixed hardware address: else the bridge takes over that of a pod, and another one when that pod goes.
    await run("ip", ["link", "add", bridge, "address", "02:5f:10:00:00:01", "type", "bridge"]);
  }
  await run("ip", ["addr", "replace", `${gatewayOf(ranges)}/${prefixLength(ranges.pods)}`, "dev", bridge]);
  await run("ip", ["addr", "replace", `${dnsAddressOf(ranges)}/32`, "dev", bridge]);
  await run("ip", ["link", "set", bridge, "up"]);
  await removeOwnRules();
  await restore("iptables", "filter", rulesOf(ranges));
  await restore("iptables", "nat", [append("POSTROUTING", "-s", ranges.pods, "!", "-o", bridge, "-j", "MASQUERADE")]);
}

/** What goes to pods or services stays on this machine; what comes from or goes to pods may be forwarded. */
function rulesOf({ pods, services }: Ranges): string[] {
  const kept = ["OUTPUT", "FORWARD"].flatMap((from) =>
    [pods, services].map((range) => `-I ${from} -d ${range} -m comment --comment ${comment} -j ${chain}`),
  );
  return [
    `:${chain} - [0:0]`,
    `-A ${chain} -o ${bridge} -j RETURN`,
    `-A ${chain} -o lo -j RETURN`,
    `-A ${chain} -j REJECT`,
    ...kept,
    append("FORWARD", "-i", bridge, "-j", "ACCEPT"),
    append("FORWARD", "-o", bridge, "-j", "ACCEPT"),
  ];
}

const append = (to: string, ...rule: string[]) =>
  `-A ${to} ${rule.slice(0, -2).join(" ")} -m comment --comment ${comment} ${rule.slice(-2).join(" ")}`;

/** Removes the bridge (and with it every pod's end of a link), our rules, and those of kubelet and kube-proxy. */
export async function tearDownNetwork(): Promise<void> {
  await removeOwnRules();
  for (const program of ["iptables", "ip6tables"]) await removeRules(program, /^KUBE-/);
  await attempt("ip", ["link", "del", bridge]);
}

const removeOwnRules = () => removeRules("iptables", new RegExp(`^${chain}$`));

/** Whether packet rules of a Kubernetes are on this machine. */
export async function hasKubernetesRules(): Promise<boolean> {
  return /^:KUBE-SERVICES /m.test((await attempt("iptables-save", [])).stdout);
}

/** Removes the chains whose name matches, what jumps there, and rules with our comment. */
async function removeRules(program: string, ours: RegExp): Promise<void> {
  const { code, stdout } = await attempt(`${program}-save`, []);
  if (code !== 0) return; // a machine without IPv6 has no ip6tables
  for (const [table, lines] of tables(stdout)) {
    const chains = lines.filter((line) => line.startsWith(":")).map((line) => line.slice(1).split(" ")[0]!);
    const own = chains.filter((name) => ours.test(name));
    const rules = lines.filter((line) => {
      const [, from = "", target = ""] = /^-A (\S+) .*-j (\S+)/.exec(line) ?? [];
      return line.startsWith("-A ") && !own.includes(from) && (own.includes(target) || commented(line, ours));
    });
    const changes = [
      ...rules.map((rule) => rule.replace("-A ", "-D ")),
      ...own.map((name) => `-F ${name}`),
      ...own.map((name) => `-X ${name}`),
    ];
    if (changes.length > 0) await restore(program, table, changes);
  }
}

const commented = (rule: string, ours: RegExp) => ours.test(chain) && rule.includes(`--comment ${comment} `);

/** The lines of each table of an iptables-save. */
function tables(saved: string): [string, string[]][] {
  return saved
    .split(/^\*/m)
    .slice(1)
    .map((part) => part.split("\n"))
    .map(([name, ...lines]) => [name!, lines]);
}

async function restore(program: string, table: string, lines: readonly string[]): Promise<void> {
  await run(`${program}-restore`, ["--noflush", "--wait=10"], { input: `*${table}\n${lines.join("\n")}\nCOMMIT\n` });
}
