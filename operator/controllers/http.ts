// The operator's one listening port: is it alive, is it ready, and its metrics.
import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";

export type Health = {
  /** Why the process isn't ready, or undefined. */
  notReady: () => string | undefined;
  /** Just before metrics are read. */
  beforeMetrics: () => void;
  registry: Registry;
};

/** Serves until closed. Resolves with the server when it listens; rejects if the port is taken. */
export function serveHealth(port: number, { notReady, beforeMetrics, registry }: Health): Promise<Server> {
  const server = createServer((request, response) => {
    const say = (status: number, text: string, type = "text/plain; charset=utf-8") => {
      response.writeHead(status, { "content-type": type });
      response.end(text);
    };
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (request.method !== "GET") return say(405, "only GET is served\n");
    if (pathname === "/healthz") return say(200, "ok\n");
    if (pathname === "/readyz") {
      const why = notReady();
      return why === undefined ? say(200, "ok\n") : say(503, `${why}\n`);
    }
    if (pathname === "/metrics") {
      beforeMetrics();
      registry.metrics().then(
        (text) => say(200, text, registry.contentType),
        (error: Error) => say(500, `${error.message}\n`),
      );
      return undefined;
    }
    return say(404, "served here: /healthz, /readyz, /metrics\n");
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, () => resolve(server));
  });
}
