// IPv4 ranges for pods and services that nothing on this machine uses.
import { run } from "./command.ts";

export type Ranges = { pods: string; services: string };

const podCandidates = ["10.88.0.0/16", "10.244.0.0/16", "172.29.0.0/16", "192.168.224.0/20"];
const serviceCandidates = ["10.96.0.0/16", "10.245.0.0/16", "172.30.0.0/16", "192.168.240.0/20"];

/** Two ranges that overlap no route and no address of this machine. Throws an Error if every candidate is taken. */
export async function freeRanges(): Promise<Ranges> {
  const taken = await usedRanges();
  const free = (candidates: readonly string[]) => {
    const found = candidates.find((range) => !taken.some((used) => overlap(range, used)));
    if (!found) throw new Error(`this machine's network uses all of ${candidates.join(", ")}`);
    return found;
  };
  return { pods: free(podCandidates), services: free(serviceCandidates) };
}

async function usedRanges(): Promise<string[]> {
  const routes = JSON.parse(await run("ip", ["-4", "-json", "route", "show", "table", "all"])) as { dst: string }[];
  return routes.map(({ dst }) => dst).filter((dst) => /^\d/.test(dst));
}

/** Whether two ranges (`a.b.c.d/n`; without `/n` one address) have an address in common. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  const shift = 32 - Math.min(a.length, b.length);
  return shift === 32 || a.first >>> shift === b.first >>> shift;
}

/** The n-th address of a range. */
export function nth(range: string, n: number): string {
  const value = parse(range).first + n;
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

export const prefixLength = (range: string): number => parse(range).length;

function parse(range: string): { first: number; length: number } {
  const [address, length = "32"] = range.split("/") as [string, string?];
  const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return { first, length: Number(length) };
}
