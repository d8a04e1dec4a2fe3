// Commands that the program prints are those that the user can type: as they called it.
import { resolve } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { asTyped, programName } from "../../../operator/cli/plugin.ts";
import { project } from "./cli.ts";

function calledAs(file: string, env: Record<string, string> = {}): string {
  const [, before] = process.argv;
  onTestFinished(() => {
    process.argv[1] = before!;
    vi.unstubAllEnvs();
  });
  process.argv[1] = file;
  for (const [name, value] of Object.entries({ npm_command: "", PATH: "/usr/bin:/opt/bin", ...env }))
    vi.stubEnv(name, value);
  return programName();
}

describe("the program is called", () => {
  it.each<[string, string, Record<string, string>, string]>([
    ["by its name, where that is on the PATH", "/opt/bin/sparkflow", {}, "sparkflow"],
    ["by npx", "/x/node_modules/.bin/sparkflow", { npm_command: "exec", npm_lifecycle_event: "npx" }, "npx sparkflow"],
    ["by a script of a package.json", "/x/node_modules/.bin/sparkflow", { npm_command: "run-script" }, "npx sparkflow"],
    ["as a plugin of kubectl", "/opt/bin/kubectl-sparkflow", { npm_command: "exec" }, "kubectl sparkflow"],
    ["by its path", "/x/operator/cli/bin.js", {}, "/x/operator/cli/bin.js"],
    ["by its path from here", resolve("operator/cli/bin.js"), {}, "operator/cli/bin.js"],
    ["by its path, in this very folder", resolve("bin.js"), {}, "./bin.js"],
    ["by a link that isn't on the PATH", "/x/node_modules/.bin/sparkflow", {}, "/x/node_modules/.bin/sparkflow"],
  ])("%s", (_, file, env, name) => {
    expect(calledAs(file, env)).toBe(name);
  });
});

it("commands in texts are written so, other words stay", () => {
  calledAs("/x/node_modules/.bin/sparkflow", { npm_command: "exec" });
  expect(asTyped("say `sparkflow logs last`\n  sparkflow run .\nhelm template . | sparkflow run -")).toBe(
    "say `npx sparkflow logs last`\n  npx sparkflow run .\nhelm template . | npx sparkflow run -",
  );
  const others = "`kubectl sparkflow get`, sparkflow.local.yaml, a fault of sparkflow's own, `npx sparkflow get`";
  expect(asTyped(others)).toBe(others);
});

describe("what the program prints", () => {
  const { run } = project({});
  const npx = { env: { npm_command: "exec", npm_lifecycle_event: "npx" } };
  it.each([
    ["help", ["run", "--help"], "\n  npx sparkflow run examples/geo-cities\n"],
    ["usage", ["logs", "--help"], "Usage: npx sparkflow logs "],
    ["a reason's page", ["explain", "Failed"], "`npx sparkflow runs NAME` on a laptop"],
  ])("has npx where it was called by npx: %s", async (_, args, text) => {
    expect((await run(args, npx)).stdout).toContain(text);
  });

  it("has npx in the sentence of a mistake", async () => {
    expect((await run(["explain", "Nonsense1"], npx)).stderr).toContain("`npx sparkflow explain` lists them");
  });
});
