// What a refused create means. The messages are those of a Kubernetes 1.35 API server.
import { describe, expect, it } from "vitest";
import { nameTaken, rejection } from "../../../../operator/engines/kubernetes/rejection.ts";

const pod = 'pods "count-0123abcd-1-driver" is forbidden: ';

describe("a create that the API server refuses", () => {
  it.each([
    [
      403,
      "Forbidden",
      `${pod}exceeded quota: compute, requested: requests.memory=5734Mi, used: requests.memory=8Gi, limited: requests.memory=10Gi`,
      "QuotaExceeded",
    ],
    [403, "Forbidden", `${pod}failed quota: compute: must specify limits.cpu`, "QuotaExceeded"],
    [
      403,
      "Forbidden",
      `${pod}violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false`,
      "PodSecurity",
    ],
    [403, "Forbidden", `${pod}maximum memory usage per Container is 1Gi, but limit is 5734Mi`, "LimitRange"],
    [
      403,
      "Forbidden",
      `${pod}error looking up service account default/sparkflow-driver: serviceaccount "sparkflow-driver" not found`,
      "ServiceAccountMissing",
    ],
    [403, "Forbidden", `${pod}no PriorityClass with name low was found`, "PriorityClassMissing"],
    [403, "Forbidden", `${pod}pod rejected: RuntimeClass "gvisor" not found`, "RuntimeClassMissing"],
    [403, "Forbidden", 'admission webhook "policy.example.org" denied the request: no', "AdmissionDenied"],
    [
      422,
      "Invalid",
      `${pod}ValidatingAdmissionPolicy 'images' with binding 'all' denied request: no`,
      "AdmissionDenied",
    ],
    [403, "Forbidden", 'pods is forbidden: User "x" cannot create resource "pods"', "Forbidden"],
  ])("may be tried again when something has changed: %d %s %s", (status, reason, message, expected) => {
    const refused = rejection(status, reason, message);
    expect(refused).toMatchObject({ kind: "wait", cause: { class: "Infrastructure", reason: expected } });
    expect((refused as { cause: { message: string } }).cause.message).toContain(message);
  });

  it.each([
    [422, "Invalid", 'Pod "count" is invalid: spec.containers[0].volumeMounts[9].name: Not found: "cache"'],
    [400, "BadRequest", "Pod in version v1 cannot be handled: strict decoding error"],
    [413, "RequestEntityTooLarge", "limit is 3145728"],
  ])("is the task's own fault: %d %s", (status, reason, message) => {
    expect(rejection(status, reason, message)).toMatchObject({
      kind: "fail",
      cause: { class: "Input", message: expect.stringContaining(message) },
    });
  });

  it.each([
    [404, "NotFound", 'namespaces "geo" not found'],
    [
      403,
      "Forbidden",
      'pods "x" is forbidden: unable to create new content in namespace geo because it is being terminated',
    ],
  ])("is no use any more where the namespace goes: %d %s %s", (status, reason, message) => {
    expect(rejection(status, reason, message)).toMatchObject({ kind: "gone" });
  });

  it("is the task's own doing where another's has its name", () => {
    expect(nameTaken("count-0123abcd-1-driver")).toMatchObject({ class: "Input", reason: "NameTaken" });
  });

  it.each([409, 429, 500, 503, 504])("isn't at fault with %d", (status) => {
    expect(rejection(status, "Conflict", "x")).toBeUndefined();
  });
});
