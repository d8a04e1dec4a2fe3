// Every flow of the table on a laptop and on a cluster, side by side: the same ends, and those that the case names. Drivers
// do what a script says; all else is real: the local engine's processes, and the operator on an API server.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Case, Cases } from "./case.ts";
import { atEnd } from "./cases/atEnd.ts";
import { attempts } from "./cases/attempts.ts";
import { branches } from "./cases/branches.ts";
import { conditions } from "./cases/conditions.ts";
import { data } from "./cases/data.ts";
import { forEach } from "./cases/forEach.ts";
import { order } from "./cases/order.ts";
import { whatBegan, words } from "./end.ts";
import { Laptop } from "./local.ts";
import { Cluster } from "./onCluster.ts";

const tables: Record<string, Cases> = {
  "order and ends": order,
  branches,
  conditions,
  "at the end": atEnd,
  forEach,
  "attempts and time-outs": attempts,
  "values, outputs and params": data,
};

const folder = mkdtempSync(join(tmpdir(), "sparkflow-flows-"));
const laptop = new Laptop(folder);
let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const [subject, cases] of Object.entries(tables))
  describe.concurrent(subject, () => {
    for (const [name, one] of Object.entries(cases))
      it(`${name}: ${one.it}`, async ({ expect }) => {
        const [here, there] = await Promise.all([laptop.run(name, one), cluster.run(name, one)]);
        expect(there, "the cluster's end is the laptop's").toEqual(whatBegan(here));
        expect({ phase: here.phase, message: here.message }).toEqual({ phase: one.phase, message: one.message });
        expect(Object.fromEntries(Object.entries(here.tasks).map(([task, end]) => [task, words(end)]))).toEqual(
          one.tasks,
        );
        expect(here.tasks).toMatchObject(detailsOf(one));
      });
  });

const detailsOf = ({ details = {} }: Case) => details;
