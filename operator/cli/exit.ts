// Exit codes, the same for every command, and the error that carries one.

export const exitCodes =
  "0 all well, 1 a task failed, 2 bad input or a missing tool (nothing was started), 70 a fault of sparkflow's own, 130 interrupted (Ctrl-C), 143 told to end (SIGTERM).";

export const failed = 1;
export const badInput = 2;

/** A user's mistake, or what the machine lacks: printed as it is, without a stack trace. */
export class UserError extends Error {
  readonly lines: readonly string[];
  readonly code: number;

  constructor(lines: readonly string[], code = badInput) {
    super(lines.join("\n"));
    this.lines = lines;
    this.code = code;
  }
}
