// Ctrl-C while a command follows what the cluster does: the command ends, the work there goes on.

export type Interruption = {
  signal: AbortSignal;
  /** 130, 143 or 129 once it was interrupted. */
  exitCode: () => number | undefined;
  stop: () => void;
};

/** Aborts at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once. */
export function interruption(): Interruption {
  const controller = new AbortController();
  let code: number | undefined;
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  const handlers = (Object.keys(codes) as (keyof typeof codes)[]).map((name) => {
    const handler = () => {
      if (controller.signal.aborted) process.exit(code);
      code = codes[name];
      controller.abort();
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    stop: () => {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}
