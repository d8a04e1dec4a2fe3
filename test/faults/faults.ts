// Ready-made faults: what a test lets happen to a request.
import type { Handler } from "./exchange.ts";
import type { OperatorProcess } from "./operatorProcess.ts";

/** The operator dies before the API server hears of the request. */
export const killedBefore =
  (operator: OperatorProcess): Handler =>
  async (exchange) => {
    await operator.kill();
    exchange.reset();
  };

/** The API server has done it, and the operator dies before it learns that. */
export const killedAfter =
  (operator: OperatorProcess): Handler =>
  async (exchange) => {
    await exchange.forward();
    await operator.kill();
    exchange.reset();
  };

/** The API server has done it, and the answer is lost; the operator lives. */
export const answerLost: Handler = async (exchange) => {
  await exchange.forward();
  exchange.reset();
};

/** The answer comes late. */
export const answerLate =
  (ms: number): Handler =>
  async (exchange) => {
    const answer = await exchange.forward();
    await new Promise((resolve) => setTimeout(resolve, ms));
    exchange.reply(answer);
  };

/** The API server refuses, or something before it does. */
export const refused =
  (code: number, reason: string, headers: Record<string, string> = {}): Handler =>
  async (exchange) =>
    exchange.refuse(code, reason, headers);
