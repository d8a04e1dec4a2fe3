// Plain lines: one for each change, whatever the message is.
import { expect, it, onTestFinished, vi } from "vitest";
import { plainTeller } from "../../../../operator/cli/report/plain.ts";

it("a message of several lines is told by its first, since the end has it whole", () => {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(text));
  onTestFinished(() => log.mockRestore());
  const { task } = plainTeller();
  const message = "\nstatement 1 of 1, line 3: no such column\nGROUP BY capitl\n         ^";
  task("run", { name: "near", phase: "Failed", message, attempt: 1, tookMs: 2000 });
  expect(lines.map((line) => line.slice("08:57:00 ".length))).toEqual([
    "near: Failed in 2.0 s: statement 1 of 1, line 3: no such column",
  ]);
});
