// A user's PodTemplateSpec merged over what every pod of an attempt has.
import type { PodTemplate } from "../../api/common.ts";
import { merge } from "../../task/merge.ts";
import { containerSecurity } from "./security.ts";

type Json = unknown;
type Pod = { metadata: object; spec: object };

/** The pod with the template merged in, as Kubernetes' strategic merge does it: no field of either is lost. */
export function withTemplate(pod: Pod, template: PodTemplate | undefined): object {
  const { metadata, spec } = withoutNulls(template ?? {}) as Record<string, Json>;
  const said = { ...(metadata === undefined ? {} : { metadata }), ...(spec === undefined ? {} : { spec }) };
  const merged = merge(pod, said) as Record<string, Json>;
  return { apiVersion: "v1", kind: "Pod", ...merged, spec: securedSpec(merged.spec) };
}

/** In Kubernetes a null is a field that isn't there; merged as a value it would take ours away. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null && child !== undefined)
      .map(([key, child]) => [key, withoutNulls(child)]),
  );
}

/** Sidecars and init containers get the security context of ours, as far as they say nothing else. */
function securedSpec(spec: Json): Json {
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) return spec;
  const lists = ["containers", "initContainers"].filter((field) =>
    Array.isArray((spec as Record<string, Json>)[field]),
  );
  const secured = lists.map((field) => [
    field,
    ((spec as Record<string, Json>)[field] as Json[]).map((container) =>
      typeof container === "object" && container !== null
        ? merge(container, { securityContext: merge(containerSecurity, own(container, "securityContext")) })
        : container,
    ),
  ]);
  return { ...spec, ...Object.fromEntries(secured) };
}

const own = (map: object, key: string): Json =>
  Object.hasOwn(map, key) ? (map as Record<string, Json>)[key] : undefined;
