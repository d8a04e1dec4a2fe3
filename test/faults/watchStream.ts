// A watch on its way through the proxy: line by line, so that a test can have single events lost, late, twice or torn.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Call } from "./call.ts";

/** An event's line as the API server wrote it, without the line feed. */
export type WatchLine = {
  call: Call;
  type: string;
  line: string;
  /** The object, parsed when asked for. */
  object: () => { metadata: { name: string; namespace?: string; uid: string; resourceVersion: string } } & Record<
    string,
    unknown
  >;
};
/** What becomes of a line. A hook that does nothing with it loses it. */
export type OnLine = (event: WatchLine, stream: WatchStream) => void;

export class WatchStream {
  readonly call: Call;
  readonly #from: IncomingMessage;
  readonly #to: ServerResponse;
  #silent = false;

  constructor(call: Call, from: IncomingMessage, to: ServerResponse) {
    this.call = call;
    this.#from = from;
    this.#to = to;
  }

  /** Passes lines on as `onLine` says, until either side ends. */
  run(onLine: OnLine): void {
    let rest = "";
    this.#from.setEncoding("utf8");
    this.#from.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line !== "") onLine(this.#event(line), this);
    });
    this.#from.on("end", () => (this.#silent ? undefined : this.#to.end()));
    this.#from.on("error", () => this.reset());
    this.#to.on("close", () => this.#from.destroy());
  }

  #event(line: string): WatchLine {
    const type = /^\{"type":"([A-Z]+)"/.exec(line)?.[1] ?? "";
    let parsed: { object: never } | undefined;
    return {
      call: this.call,
      type,
      line,
      object: () => {
        parsed ??= JSON.parse(line) as { object: never };
        return parsed.object;
      },
    };
  }

  /** Passes a whole line on. */
  send(line: string): void {
    this.write(`${line}\n`);
  }

  /** Passes bytes on as they are. */
  write(bytes: string | Buffer): void {
    if (!this.#silent && !this.#to.writableEnded) this.#to.write(bytes);
  }

  /** From now on nothing comes any more, and nothing ends: a half-open connection. */
  silence(): void {
    this.#silent = true;
  }

  /** Ends it in order. */
  end(): void {
    this.#to.end();
    this.#from.destroy();
  }

  /** Breaks the connection. */
  reset(): void {
    (this.#to.socket as { resetAndDestroy?: () => void } | null)?.resetAndDestroy?.();
    this.#from.destroy();
  }
}
