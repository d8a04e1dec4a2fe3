// A proxy before the API server, plain HTTP on loopback, through which only one operator talks. It records every write in
// order and lets a test take any request or watch event into its hands.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Call, callOf, isObjectWrite } from "./call.ts";
import { type Answer, Exchange, type Handler } from "./exchange.ts";
import { type OnLine, WatchStream } from "./watchStream.ts";

/** A write as it came by. */
export type Write = {
  call: Call;
  /** The API server's HTTP status; undefined as long as it has not answered, or was never asked. */
  status?: number;
  /** Its answer. */
  body?: string;
  at: number;
};

export type ProxyOptions = {
  /** The API server's URL. */
  url: string;
  /** Folder with ca.crt and the operator's certificate. */
  pki: string;
  /** Name of the certificate. */
  user: string;
};

export class ApiProxy {
  readonly writes: Write[] = [];
  /** Takes a request into its hands. Undefined answer: it goes through. */
  onCall: ((call: Call) => Handler | undefined) | undefined;
  onLine: OnLine | undefined;
  /** Open watches. */
  readonly streams = new Set<WatchStream>();
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #server: Server;

  constructor({ url, pki, user }: ProxyOptions) {
    this.#url = new URL(url);
    const [ca, cert, key] = ["ca.crt", `${user}.crt`, `${user}.key`].map((file) => readFileSync(join(pki, file)));
    this.#agent = new Agent({ keepAlive: true, timeout: 60_000, ca, cert, key });
    this.#server = createServer((from, to) => this.#serve(from, to));
    this.#server.keepAliveTimeout = 120_000;
  }

  /** Listens on a free port and resolves with the URL to talk to. */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.on("error", reject);
      this.#server.listen(0, "127.0.0.1", () =>
        resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`),
      );
    });
  }

  close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Writes of objects since the n-th, Events and Leases apart. */
  objectWrites(since = 0): Write[] {
    return this.writes.slice(since).filter(({ call }) => isObjectWrite(call));
  }

  #serve(from: IncomingMessage, to: ServerResponse): void {
    from.on("error", () => {});
    to.on("error", () => {});
    const chunks: Buffer[] = [];
    from.on("data", (chunk: Buffer) => chunks.push(chunk));
    from.on("end", () => {
      const body = Buffer.concat(chunks);
      const call = callOf(from.method ?? "GET", from.url ?? "/", body.toString("utf8"));
      const forward = this.#recorded(call, () => this.#whole(from, body));
      const handler = this.onCall?.(call);
      const pass = () => this.#pass(call, from, to, body, forward);
      const handled = handler ? handler(new Exchange(call, from, to, forward)) : pass();
      handled.catch(() => from.socket.resetAndDestroy());
    });
  }

  async #pass(
    call: Call,
    from: IncomingMessage,
    to: ServerResponse,
    body: Buffer,
    forward: () => Promise<Answer>,
  ): Promise<void> {
    if (call.kind !== "watch") return new Exchange(call, from, to, forward).reply(await forward());
    const answer = await this.#ask(from, body);
    to.writeHead(answer.statusCode ?? 502, endToEnd(answer));
    to.flushHeaders();
    if (answer.statusCode !== 200) return void answer.pipe(to);
    const stream = new WatchStream(call, answer, to);
    this.streams.add(stream);
    to.on("close", () => this.streams.delete(stream));
    stream.run((event, one) =>
      this.onLine && event.type !== "BOOKMARK" ? this.onLine(event, one) : one.send(event.line),
    );
  }

  #recorded(call: Call, forward: () => Promise<Answer>): () => Promise<Answer> {
    if (call.kind !== "write") return forward;
    const write: Write = { call, at: Date.now() };
    this.writes.push(write);
    return async () => {
      const answer = await forward();
      write.status = answer.status;
      write.body = answer.body.toString("utf8");
      return answer;
    };
  }

  async #whole(from: IncomingMessage, body: Buffer): Promise<Answer> {
    const answer = await this.#ask(from, body);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 502, headers: endToEnd(answer), body: Buffer.concat(chunks) };
  }

  #ask(from: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { host: _, connection: __, ...headers } = from.headers;
    const options: RequestOptions = { agent: this.#agent, method: from.method ?? "GET", headers };
    return new Promise((resolve, reject) => {
      const asked = request(new URL(from.url ?? "/", this.#url), options, resolve);
      asked.on("error", reject);
      asked.end(body);
    });
  }
}

/** Headers that concern the answer rather than the connection. */
function endToEnd({ headers }: IncomingMessage) {
  const { connection: _, "transfer-encoding": __, "content-length": ___, ...rest } = headers;
  return rest;
}
