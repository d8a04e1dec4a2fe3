// What the node's start chose once and every later call must find again: its address ranges and ports.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { freeRanges, nth } from "./addresses.ts";
import { gatewayOf } from "./network.ts";
import type { Node } from "./node.ts";
import { folder, nodeFolder } from "./paths.ts";
import { freePorts } from "./ports.ts";

const file = join(nodeFolder, "node.json");

/** Whether a node was started here and not brought down, running or not. */
export const nodeExists = (): boolean => existsSync(file);

/** The node of this machine; chosen on the first call. `bin` is the folder of the programs. */
export async function nodeOf(bin: string, wanted: { maxPods?: number; cpus?: number } = {}): Promise<Node> {
  if (!nodeExists()) {
    const ranges = await freeRanges();
    const [etcd, peer, api, kubelet, proxyHealth, proxyMetrics] = await freePorts("127.0.0.1", 6);
    folder(nodeFolder);
    const choice = {
      ranges,
      ports: { etcd, peer, api },
      nodePorts: { kubelet, proxyHealth, proxyMetrics },
      maxPods: wanted.maxPods ?? 110,
      cpus: wanted.cpus ?? Math.max(8, availableParallelism()),
    };
    writeFileSync(file, JSON.stringify(choice));
  }
  const { ranges, ports, nodePorts, maxPods, cpus } = JSON.parse(readFileSync(file, "utf8"));
  const plane = {
    bin,
    state: nodeFolder,
    address: gatewayOf(ranges),
    ports,
    serviceCidr: ranges.services,
    altNames: [`IP:${nth(ranges.services, 1)}`],
    published: true,
    fsync: false,
  };
  return { plane, ranges, ports: nodePorts, maxPods, cpus };
}
