// The command line within this process, which is much cheaper than a process of its own.
import { vi } from "vitest";
import { sparkflow as main } from "../../../../operator/cli/program.ts";

export type Said = { code: number; stdout: string; stderr: string };

/** Runs `sparkflow` with these arguments and variables; one at a time. */
export async function sparkflow(args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  const said = { stdout: "", stderr: "" };
  const add = (stream: keyof typeof said, text: string) => {
    said[stream] += text;
  };
  for (const [name, value] of Object.entries({
    NO_COLOR: "1",
    CI: "1",
    npm_command: "",
    SPARKFLOW_STATE: "/nowhere",
    ...env,
  }))
    vi.stubEnv(name, value);
  const spies = [
    vi.spyOn(console, "log").mockImplementation((text: string) => add("stdout", `${text}\n`)),
    vi.spyOn(console, "error").mockImplementation((text: string) => add("stderr", `${text}\n`)),
    vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
      add("stdout", String(chunk));
      return true;
    }),
  ];
  process.exitCode = 0;
  try {
    await main(args);
    return { code: Number(process.exitCode), ...said };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}
