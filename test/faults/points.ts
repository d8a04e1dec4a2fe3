// The points of a life where the sweep lets one thing go wrong.
import { callText, isObjectWrite } from "./call.ts";
import type { Handler } from "./exchange.ts";
import { answerLost, killedAfter, killedBefore } from "./faults.ts";
import type { Arms, Disturbance, Outcome } from "./live.ts";
import type { Life } from "./lives.ts";
import type { OperatorProcess } from "./operatorProcess.ts";

export const faults = ["killed before", "killed after", "answer lost", "event lost"] as const;
export type Fault = (typeof faults)[number];
/** The n-th (from 1) write of objects, or the n-th event of a resource that the operator would have seen. */
export type Point = { life: Life; fault: Fault; n: number; resource?: string };

export const pointText = ({ life, fault, n, resource }: Point): string =>
  `${life.name}: ${fault}, ${resource ? `${resource} event` : "write"} ${n}`;

/** Every write of a life three times, and every event once; of these every one, or each `step`-th. */
export function pointsOf(life: Life, reference: Outcome, step = 1): Point[] {
  const writes = reference.writes.flatMap((_, k) =>
    (["killed before", "killed after", "answer lost"] as const).map((fault) => ({ life, fault, n: k + 1 })),
  );
  const events = [...reference.events].flatMap(([resource, count]) =>
    Array.from({ length: count }, (_, j) => ({ life, fault: "event lost" as const, resource, n: j + 1 })),
  );
  return [...writes, ...events].filter((_, index) => index % step === 0);
}

/** Has the fault happen at its point. Whatever dies is started again at once. */
export const armed =
  (point: Point): Disturbance =>
  ({ proxy, operator }) => {
    const arms: Arms = { hit: undefined, events: new Map() };
    let count = 0;
    proxy.onCall = (call) => {
      if (!isObjectWrite(call) || point.fault === "event lost" || ++count !== point.n) return undefined;
      arms.hit = callText(call);
      return handlers[point.fault](operator);
    };
    proxy.onLine = ({ call, type, line, object }, stream) => {
      const n = (arms.events.get(call.resource) ?? 0) + 1;
      arms.events.set(call.resource, n);
      if (point.resource !== call.resource || point.n !== n) stream.send(line);
      else arms.hit = `${type} ${call.resource} ${object().metadata.name}`;
    };
    return arms;
  };

const startedAgain =
  (fault: (operator: OperatorProcess) => Handler) =>
  (operator: OperatorProcess): Handler =>
  async (exchange) => {
    await fault(operator)(exchange);
    await operator.start();
  };
const handlers = {
  "killed before": startedAgain(killedBefore),
  "killed after": startedAgain(killedAfter),
  "answer lost": () => answerLost,
};
