// Metrics under the names that dashboards know from controller-runtime and client-go.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "rest_client_requests_total",
    help: "Calls to the API server, by HTTP status code (0: no answer) and method.",
    labelNames: ["code", "method"],
    registers,
  });
  const connections = new Counter({
    name: "sparkflow_api_connections_total",
    help: "TLS connections to the API server that were opened, rather than used again.",
    registers,
  });
  const reconciles = new Counter({
    name: "controller_runtime_reconcile_total",
    help: "Keys handled, by controller and result.",
    labelNames: ["controller", "result"],
    registers,
  });
  const errors = new Counter({
    name: "controller_runtime_reconcile_errors_total",
    help: "Keys whose handling failed, by controller.",
    labelNames: ["controller"],
    registers,
  });
  const seconds = new Histogram({
    name: "controller_runtime_reconcile_time_seconds",
    help: "How long the handling of a key took.",
    labelNames: ["controller"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const waits = new Histogram({
    name: "workqueue_queue_duration_seconds",
    help: "How long keys waited in the queue.",
    labelNames: ["name"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300],
    registers,
  });
  const depth = new Gauge({
    name: "workqueue_depth",
    help: "Keys that wait to be handled.",
    labelNames: ["name"],
    registers,
  });
  const leading = new Gauge({
    name: "leader_election_master_status",
    help: "1 while this process leads.",
    labelNames: ["name"],
    registers,
  });
  return {
    registry,
    depth,
    leading,
    onRequest: (method: string, _resource: string, status: number) =>
      requests.inc({ code: String(status), method: method === "WATCH" ? "GET" : method }),
    onConnection: () => connections.inc(),
    onHandled: (controller: string, waitedMs: number, tookMs: number, outcome: "done" | "later" | "failed") => {
      const result = { done: "success", later: "requeue_after", failed: "error" }[outcome];
      reconciles.inc({ controller, result });
      if (outcome === "failed") errors.inc({ controller });
      seconds.observe({ controller }, tookMs / 1000);
      waits.observe({ name: controller }, waitedMs / 1000);
    },
  };
}
