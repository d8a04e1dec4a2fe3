// Free ports on an address, out of the way of outgoing connections (32768 and up) and of node ports (30000 and up): what is
// free now stays free until it is used, also when a component is started again.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const first = 20_000;
const last = 29_999;

/** Different free TCP ports of a local address. */
export async function freePorts(address: string, count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries > 1000) throw new Error(`no ${count} free ports between ${first} and ${last} on ${address}`);
    const port = randomInt(first, last + 1);
    if (await isFree(address, port)) found.add(port);
  }
  return [...found];
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
