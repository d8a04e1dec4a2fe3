// One request on its way to the API server and back, in the hands of a test.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Call } from "./call.ts";

export type Answer = { status: number; headers: OutgoingHttpHeaders; body: Buffer };

/** Decides what becomes of a request; whatever it does, it answers it or breaks the connection. */
export type Handler = (exchange: Exchange) => Promise<void>;

export class Exchange {
  readonly call: Call;
  /** Resolves with the API server's whole answer. Not for watches. */
  readonly forward: () => Promise<Answer>;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(call: Call, request: IncomingMessage, response: ServerResponse, forward: () => Promise<Answer>) {
    this.call = call;
    this.forward = forward;
    this.#request = request;
    this.#response = response;
  }

  /** Gives the operator an answer. */
  reply({ status, headers, body }: Answer): void {
    if (this.#response.destroyed) return;
    this.#response.writeHead(status, { ...headers, "content-length": body.length });
    this.#response.end(body);
  }

  /** Answers as the API server does when it refuses, without asking it. */
  refuse(code: number, reason: string, headers: OutgoingHttpHeaders = {}): void {
    const status = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      code,
      reason,
      message: `${reason} on purpose`,
    };
    const body = Buffer.from(JSON.stringify(status));
    this.reply({ status: code, headers: { "content-type": "application/json", ...headers }, body });
  }

  /** Breaks the connection: the operator never learns what came of it. */
  reset(): void {
    this.#request.socket.resetAndDestroy();
  }
}
