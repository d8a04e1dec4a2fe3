// Standard input as a whole, as a text.
import { readSync } from "node:fs";

const pauseMs = 10;

/** Reads to the end. A pipe that its maker set to non-blocking says EAGAIN while it is empty; Windows says EOF at its end. */
export function readStandardInput(): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(1 << 16);
    try {
      const length = readSync(0, chunk);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") break;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}
