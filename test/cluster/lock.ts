// One process at a time: a name that the kernel gives to one listener, and takes back when that goes, however it goes.
import { createServer, type Server } from "node:net";
import { sleep } from "./command.ts";

/** Runs `work` while nothing else on this machine holds the lock of that name. Waits for it as long as it takes. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  let held = await take(name);
  while (!held) {
    await sleep(100);
    held = await take(name);
  }
  try {
    return await work();
  } finally {
    held.close();
  }
}

/** A listener on an abstract socket, which is no file; undefined if there is one already. */
function take(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen({ path: `\0sparkflow-test-${name}` }, () => resolve(server));
  });
}
