// What the cluster is made of, by itself.
import { join } from "node:path";
import { expect, it } from "vitest";
import { nth, overlap } from "./addresses.ts";
import { attempt, run } from "./command.ts";
import { fullName } from "./images.ts";
import { withLock } from "./lock.ts";
import { here } from "./paths.ts";
import { identityOf, runs } from "./processes.ts";

it.each([
  ["10.88.0.0/16", "10.88.3.0/24", true],
  ["10.88.3.7", "10.88.0.0/16", true],
  ["10.0.0.0/8", "10.88.0.0/16", true],
  ["0.0.0.0/0", "10.88.0.0/16", true],
  ["10.88.0.0/16", "10.89.0.0/16", false],
  ["192.168.224.0/20", "192.168.240.0/20", false],
  ["192.168.224.0/20", "192.168.239.255", true],
])("the ranges %s and %s have addresses in common: %s", (one, other, common) => {
  expect(overlap(one, other)).toBe(common);
  expect(overlap(other, one)).toBe(common);
});

it.each([
  ["10.88.0.0/16", 1, "10.88.0.1"],
  ["192.168.240.0/20", 300, "192.168.241.44"],
])("of %s, address %i is %s", (range, n, address) => expect(nth(range, n)).toBe(address));

it.each([
  ["localhost/a/b:1", "localhost/a/b:1"],
  ["sparkflow/operator:1", "docker.io/sparkflow/operator:1"],
  ["operator:1", "docker.io/library/operator:1"],
  ["host.example:5000/a:1", "host.example:5000/a:1"],
])("the kubelet reads the image %s as %s", (given, full) => expect(fullName(given)).toBe(full));

it("a program's failure comes with its last words", async () => {
  await expect(run("sh", ["-c", "echo why >&2; exit 3"])).rejects.toThrow(/ended with 3:\nwhy/);
  expect((await attempt("no-such-program", [])).code).toBe(127);
});

it("a process is not mistaken for an earlier one of the same number", () => {
  const own = identityOf(process.pid);
  expect(runs(own)).toBe(true);
  expect(runs({ ...own, started: "1" })).toBe(false);
  expect(runs({ ...own, boot: "another" })).toBe(false);
});

it("a lock lets one in at a time, and a killed owner's lock is nobody's", async () => {
  const name = `parts-${process.pid}`;
  const program = `
    const { withLock } = await import(${JSON.stringify(join(here, "lock.ts"))});
    await withLock("${name}", () => { process.kill(process.pid, "SIGKILL"); return new Promise(() => {}); });`;
  await attempt(process.execPath, ["--input-type=module", "-e", program]);
  let inside = 0;
  const most: number[] = [];
  const enter = () =>
    withLock(name, async () => {
      most.push(++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    });
  await Promise.all([enter(), enter(), enter()]);
  expect(most).toEqual([1, 1, 1]);
});
