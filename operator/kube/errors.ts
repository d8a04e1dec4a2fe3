// What can go wrong with a call to the API server, as one error class: the server's own Status, or why there was none.
import type { IncomingHttpHeaders } from "node:http";

/**
 * A call that didn't succeed. `status` is HTTP's, 0 if no answer came. `reason` is the Status' own (`NotFound`,
 * `AlreadyExists`, `Conflict`, `Expired` …), or one of ours: `ConnectionLost` (refused, reset, cut off),
 * `TimedOut` (no answer in time; a write may have happened), `UntrustedServer` (its certificate was refused),
 * `Silent` (a watch without a byte), `UnreadableAnswer` (not JSON, or too large).
 */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The Status' `details`: name, kind, uid, causes. */
  readonly details?: unknown;

  constructor(
    status: number,
    reason: string,
    message: string,
    more: { retryAfterMs?: number; details?: unknown; cause?: unknown } = {},
  ) {
    super(message, "cause" in more ? { cause: more.cause } : undefined);
    this.name = "ApiError";
    this.status = status;
    this.reason = reason;
    if (more.retryAfterMs !== undefined) this.retryAfterMs = more.retryAfterMs;
    if (more.details !== undefined) this.details = more.details;
  }
}

/** The object isn't there (404). A missing kind (its CRD isn't installed) answers the same. */
export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
/** Someone else made an object of that name first, or we did and lost the answer (409 `AlreadyExists`). */
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 409 && error.reason === "AlreadyExists";
/** A precondition (uid, resourceVersion) didn't hold (409 `Conflict`). */
export const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 409 && error.reason !== "AlreadyExists";
/** The revision asked for is no longer kept (410 `Expired`, `Gone`): list again. */
export const isGone = (error: unknown): boolean => error instanceof ApiError && error.status === 410;
/** No answer came: the call may have been carried out, or not. */
export const isUnanswered = (error: unknown): boolean => error instanceof ApiError && error.status === 0;

type Status = {
  kind?: string;
  message?: string;
  reason?: string;
  code?: number;
  details?: { retryAfterSeconds?: number };
};

/** The error that an answer of status 400 and more stands for. `what` names the call, as in `GET /api/v1/pods`. */
export function answerError(what: string, status: number, headers: IncomingHttpHeaders, text: string): ApiError {
  const body = statusOf(text);
  const retryAfterMs = retryAfter(headers["retry-after"]) ?? seconds(body?.details?.retryAfterSeconds);
  return new ApiError(
    status,
    body?.reason || reasons[status] || "Unknown",
    body?.message ?? `${what} was answered with ${status}: ${text.trim().slice(0, 200) || "(nothing)"}`,
    { ...(retryAfterMs !== undefined && { retryAfterMs }), ...(body?.details && { details: body.details }) },
  );
}

/** The error that the object of a watch's ERROR event stands for. */
export function eventError(object: unknown): ApiError {
  const body = (typeof object === "object" && object !== null ? object : {}) as Status;
  const status = typeof body.code === "number" ? body.code : 500;
  const retryAfterMs = seconds(body.details?.retryAfterSeconds);
  return new ApiError(
    status,
    body.reason || reasons[status] || "Unknown",
    body.message ?? "the watch reported an error without a message",
    { ...(retryAfterMs !== undefined && { retryAfterMs }), ...(body.details && { details: body.details }) },
  );
}

/** The error that a broken connection stands for. */
export function connectionError(what: string, cause: Error & { code?: string }): ApiError {
  const untrusted = /CERT|SIGNATURE|ALTNAME|ISSUER/.test(cause.code ?? "");
  const why = cause.message || cause.code || cause.name;
  return untrusted
    ? new ApiError(0, "UntrustedServer", `${what}: the server's certificate was refused: ${why}`, { cause })
    : new ApiError(0, "ConnectionLost", `${what}: the connection was lost: ${why}`, { cause });
}

function statusOf(text: string): Status | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && (body as Status).kind === "Status" ? body : undefined;
  } catch {
    return undefined; // a proxy's page, or plain text
  }
}

const seconds = (value: unknown): number | undefined =>
  typeof value === "number" && value > 0 ? value * 1000 : undefined;

/** Retry-After in milliseconds: whole seconds or an HTTP date (RFC 9110, section 10.2.3). */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^[0-9]+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/** The reason of an answer that has none of its own, in apimachinery's words. */
const reasons: Record<number, string> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};
