// The live tree: what a terminal shows while something takes its time.
import { stripVTControlCharacters } from "node:util";
import { expect, it, onTestFinished, vi } from "vitest";
import { liveTree } from "../../../../operator/cli/report/tree.ts";

it("shows what comes before the runs, with the time so far, until that is done", () => {
  vi.useFakeTimers();
  let screen = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    screen += stripVTControlCharacters(String(chunk));
    return true;
  });
  onTestFinished(() => {
    vi.useRealTimers();
    write.mockRestore();
  });
  const drawn = () => {
    screen = "";
    vi.advanceTimersByTime(1000);
    return screen;
  };
  const tree = liveTree(() => [{ name: "near", tasks: [{ name: "a", phase: "Pending", message: "", attempt: 0 }] }]);
  const done = tree.busy("making a class archive");
  expect(drawn()).toMatch(/making a class archive \d+ ms/);
  expect(drawn()).toMatch(/making a class archive 1\.\d+ s[\s\S]*near/);
  done();
  expect(drawn()).not.toContain("making");
  tree.end([]);
});
