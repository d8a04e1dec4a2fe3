#!/usr/bin/env node
// Starts the command line on Node 24, which runs TypeScript as it is. An older Node hands over to the one that npm
// installed beside this package.
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [major] = process.versions.node.split(".").map(Number);
if (major >= 24) {
  nodeModule.enableCompileCache();
  await import("./main.ts");
} else {
  await handOver(join(here, "../../node_modules/node/bin/node"));
}

async function handOver(node) {
  if (!existsSync(node)) {
    console.error(
      `sparkflow needs Node 24, and this is ${process.version}: run \`npm ci\` in ${join(here, "../..")}, which brings one`,
    );
    process.exit(2);
  }
  const { spawn } = await import("node:child_process");
  const child = spawn(node, [process.argv[1], ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal's Ctrl-C reaches both; other signals are passed on. The child decides when to end.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}
