// What the API server's refusal to make an object means: most of what it refuses may change without the task being edited.
import type { Cause } from "../../api/status.ts";

export type Rejection =
  /** Try again, and say meanwhile what is waited for. */
  | { kind: "wait"; cause: Cause }
  /** It will never be taken as it is. */
  | { kind: "fail"; cause: Cause }
  /** Its namespace goes, or is gone. */
  | { kind: "gone"; cause: Cause };

/**
 * Undefined: not the object's fault (429, 5xx), so whoever asked tries again as for any request. So with a conflict: that
 * the name is taken is for whoever made it to look into, and a quota that others use up at the same moment conflicts too.
 */
export function rejection(status: number, reason: string, message: string): Rejection | undefined {
  if (status === 409) return undefined;
  if (status === 404 || /because it is being terminated/.test(message))
    return { kind: "gone", cause: wait("NamespaceGone", message) };
  if (status === 413) return fail("TooLarge", `the API server takes no object of this size: ${message}`);
  const known = waits.find(({ pattern }) => pattern.test(message));
  if (known && (status === 403 || status === 422))
    return { kind: "wait", cause: wait(known.reason, `${known.says}: ${message}`) };
  if (status === 422 || status === 400) return fail(reason || "Invalid", `the API server refuses the pod: ${message}`);
  if (status === 401 || status === 403)
    return { kind: "wait", cause: wait("Forbidden", `the API server refuses the pod: ${message}`) };
  return undefined;
}

/** Somebody else has an object of the name that an attempt's would have. */
export const nameTaken = (name: string): Cause => ({
  class: "Input",
  reason: "NameTaken",
  message: `there is a "${name}" that isn't this task's: delete it, or give the task another name`,
});

const wait = (reason: string, message: string): Cause => ({
  class: "Infrastructure",
  reason,
  message: message.slice(0, 4096),
});
const fail = (reason: string, message: string): Rejection => ({
  kind: "fail",
  cause: { class: "Input", reason, message: message.slice(0, 4096) },
});

/** What admission plugins say; source: their messages in Kubernetes 1.35. The first that fits counts. */
const waits: readonly { pattern: RegExp; reason: string; says: string }[] = [
  {
    pattern: /exceeded quota|failed quota/,
    reason: "QuotaExceeded",
    says: "the namespace's quota is used up; the driver starts when there is room",
  },
  {
    pattern: /violates PodSecurity/,
    reason: "PodSecurity",
    says: "the namespace's Pod Security refuses the pod; mend the template or the namespace's level",
  },
  {
    pattern: /(?:minimum|maximum) \S+ usage per (?:Container|Pod)|max limit to request ratio|No limit is specified/i,
    reason: "LimitRange",
    says: "the namespace's limits refuse the pod; change driver.cores or driver.memory, or the LimitRange",
  },
  {
    pattern: /serviceaccount "[^"]*" not found|error looking up service account/i,
    reason: "ServiceAccountMissing",
    says: "make the service account, or mend serviceAccountName",
  },
  {
    pattern: /no PriorityClass with name/i,
    reason: "PriorityClassMissing",
    says: "make the priority class, or mend the template",
  },
  {
    pattern: /RuntimeClass .*not found/i,
    reason: "RuntimeClassMissing",
    says: "make the runtime class, or mend the template",
  },
  {
    pattern: /denied (?:the )?request|ValidatingAdmissionPolicy/i,
    reason: "AdmissionDenied",
    says: "a policy of the cluster refuses the pod",
  },
];
