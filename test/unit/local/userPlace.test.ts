// Where a failure is, in the user's own files.
import { join } from "node:path";
import { expect, it } from "vitest";
import { dedent, folderOf } from "../folder.ts";
import { plansOf } from "./scriptedMachine.ts";

const flow = dedent`
  apiVersion: sparkflow.dev/v1alpha1
  kind: SparkFlow
  metadata: {name: near}
  spec:
    taskDefaults:
      sql:
        statements: |
          SELECT 1
    tasks:
      - name: own
        sql:
          statements: |
            SELECT 1;
            SELECT nothing
      - {name: usual, forEach: {items: [1, 2], as: day}}
      - {name: short, sql: {statements: SELECT nothing}}
    finally:
      - name: last
        sql:
          statements: |

            SELECT nothing
`;
const task = dedent`
  ---
  apiVersion: sparkflow.dev/v1alpha1
  kind: SparkTask
  metadata: {name: script}
  spec:
    python:
      script: |
        print(1)
        raise ValueError
`;

it.each([
  ["of inline SQL is a line of the manifest", "own", "statements:2", "flow.yaml:14"],
  ["of a task's defaults, too", "usual[1]", "statements:1", "flow.yaml:8"],
  ["of SQL on the line of its field is that line", "short", "statements:1", "flow.yaml:16"],
  ["of a task of `finally`, too", "last", "statements:2", "flow.yaml:22"],
  ["of a file is told from the manifest's folder", "own", "FOLDER/jobs/words.py:12", "jobs/words.py:12"],
  ["of a file elsewhere stays as it is", "own", "/usr/lib/words.py:12", "/usr/lib/words.py:12"],
  ["of SQL in a file stays as it is", "own", "report.sql:2", "report.sql:2"],
  ["of another kind of program than the task's stays as it is", "own", "script.py:2", "script.py:2"],
])("a place %s", (_, key, at, there) => {
  const folder = folderOf({ "flow.yaml": flow });
  const [plan] = plansOf(folder);
  expect(plan!.place(key, at.replace("FOLDER", folder))).toBe(there);
});

it("a place of an inline script of a task by itself is a line of its manifest, which may be a later document", () => {
  const folder = folderOf({ "all.yaml": flow + task });
  const plans = plansOf(join(folder, "all.yaml"));
  expect(plans.at(-1)!.place("script", "script.py:2")).toBe("all.yaml:31");
});
