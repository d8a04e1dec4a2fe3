// An HTTPS server to a test, with certificates of its own, and files to read credentials from.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, vi } from "vitest";
import type { Client } from "../../../operator/kube/client.ts";
import { authority } from "./certificates.ts";
import { FakeServer } from "./server.ts";

export const cas = { one: authority(), other: authority() };
export const pair = { one: cas.one.issue("api"), other: cas.other.issue("api") };
/** For the files that credentials are read from. */
export const folder = mkdtempSync(join(tmpdir(), "sparkflow-kube-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Files as a kubelet or a person replaces them: whole. */
export function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  return file;
}

export let server: FakeServer;
const clients: Client[] = [];
/** A client that is closed after its test. */
export const use = (client: Client): Client => {
  clients.push(client);
  return client;
};
beforeEach(async () => {
  server = await FakeServer.start(pair.one);
  server.storage.create("ns", "p");
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const client of clients.splice(0)) client.close();
  await server.stop();
});

const realNow = performance.now.bind(performance);
let passed = 0;
/** Lets the clock by which files are read again go on. */
export function later(ms: number) {
  passed += ms;
  vi.spyOn(performance, "now").mockImplementation(() => realNow() + passed);
}

/** What the last request showed to be let in. */
export const bearer = () => server.seen.at(-1)!.headers.authorization;
