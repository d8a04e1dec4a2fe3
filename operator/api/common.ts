// Scalars and small objects that several kinds share. Every field is described here or where it is used:
// the descriptions are what `kubectl explain`, editors and the reference page show.
import { z } from "zod";

/** Kinds of objects that a field may name. */
export type NamedKind =
  | "ConfigMap"
  | "Secret"
  | "ServiceAccount"
  | "PersistentVolumeClaim"
  | "SparkEngine"
  | "SparkFlow";

/**
 * `notYet` marks a field that the API has but this version can't serve: `availability.ts` refuses it by name. `names` is the
 * kind of object that a text names, and `image` marks a container's image: `references.ts` finds them.
 */
export type FieldMeta = { example?: unknown; notYet?: boolean; names?: NamedKind; image?: boolean };

/** An optional field with its description. Layered fields never have a schema default (design, section 2). */
export function field<T extends z.ZodType>(schema: T, description: string, meta: FieldMeta = {}) {
  const text = meta.notYet ? `Not available yet. ${description}` : description;
  return schema.optional().meta({ description: text, ...meta });
}

/** A required field with its description. */
export function required<T extends z.ZodType>(schema: T, description: string, meta: FieldMeta = {}) {
  return schema.meta({ description, ...meta });
}

/** `unquoted` text of this form can't be anything but text in YAML, so quoting it is no advice to who wrote a number. */
const matching = (pattern: RegExp, max: number, expected: string, unquoted = false) =>
  z
    .string(unquoted ? { error: `expected ${expected}` } : {})
    .max(max)
    .regex(pattern, { error: `expected ${expected}` });

/** RFC 1123 label, as Kubernetes names most objects. */
export const dnsLabel = matching(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  63,
  "a name of lower-case letters, digits and '-', at most 63 characters (such as load-cities)",
);

/** RFC 1123 subdomain: names of ConfigMaps, Secrets and service accounts. */
export const dnsSubdomain = matching(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  253,
  "the name of a Kubernetes object (lower-case letters, digits, '-' and '.')",
);

/** Names of inputs, outputs, params and values: they become function arguments and environment variables. */
export const identifier = matching(
  /^[A-Za-z][A-Za-z0-9_-]*$/,
  63,
  "a name that begins with a letter and holds letters, digits, '_' and '-'",
);

export const configKey = matching(/^[-._a-zA-Z0-9]+$/, 253, "a key of letters, digits, '-', '_' and '.'");

/** A duration as Kubernetes writes it: `90s`, `10m`, `1h30m`. */
export const duration = matching(
  // No look-ahead: the API server's regular expressions (RE2) have none.
  /^([0-9]+(ms|[dhms]))+$/,
  32,
  "a duration such as 90s, 10m or 1h30m",
  true,
);

/** A moment with its zone, as RFC 3339 writes it. */
export const timestamp = matching(
  /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
  40,
  "a time such as 2026-10-01T03:00:00Z",
)
  .refine((text) => !Number.isNaN(Date.parse(text)), {
    error: "expected a time that exists, such as 2026-10-01T03:00:00Z",
  })
  .meta({ format: "date-time" });

/** A memory size: `512m`, `4g`, `4Gi`. `4G` is refused: Spark reads it as GiB, Kubernetes as GB. */
export const memory = z
  .string({ error: "expected a memory size such as 512m, 4g or 4Gi" })
  .max(20)
  .superRefine((value, ctx) => {
    if (/^[1-9]\d*(k|m|g|t|Ki|Mi|Gi|Ti)$/.test(value)) return;
    const [, amount, letter] = /^([1-9]\d*)([KMGT])B?$/i.exec(value) ?? [];
    const unit = letter?.toLowerCase();
    const fix = unit ? `; write ${amount}${unit} or ${amount}${unit.toUpperCase()}i` : "";
    const why = unit && !/b$/i.test(value) ? " (Spark and Kubernetes read this unit differently)" : "";
    ctx.addIssue({ code: "custom", message: `expected a memory size such as 512m, 4g or 4Gi${why}${fix}` });
  })
  .meta({ pattern: "^[1-9][0-9]*(k|m|g|t|Ki|Mi|Gi|Ti)$" });

const keyRef = (names: NamedKind) =>
  z.strictObject({
    name: required(dnsSubdomain, "Name of the object in the same namespace. Example: lake.", { names }),
    key: required(configKey, "Key within the object. Example: secret."),
  });

/** A reference to one key of a Secret. */
export const secretRef = keyRef("Secret");
export type SecretRef = z.infer<typeof secretRef>;

const optionalKeyRef = (names: NamedKind) =>
  keyRef(names).extend({
    optional: field(z.boolean(), "Whether the object or key may be missing. Default: false."),
  });

/** A Kubernetes EnvVar: a literal value, or one from a Secret or a ConfigMap. */
export const envVar = z.strictObject({
  name: required(
    matching(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 128, "an environment variable's name"),
    "Name of the variable. Example: API_TOKEN.",
  ),
  value: field(
    z.string().max(32768),
    "The value, with templates such as $(params.date). Example: https://api.example.org.",
  ),
  valueFrom: field(
    z.strictObject({
      secretKeyRef: field(optionalKeyRef("Secret"), "Takes the value from a key of a Secret."),
      configMapKeyRef: field(optionalKeyRef("ConfigMap"), "Takes the value from a key of a ConfigMap."),
    }),
    "Takes the value from another object of the namespace.",
  ),
});
export type EnvVar = z.infer<typeof envVar>;

/** A value that YAML may write without quotes. */
export const scalar = z.union([z.string().max(32768), z.number(), z.boolean()], {
  error: "expected text, a number or a boolean",
});
export type Scalar = z.infer<typeof scalar>;

/** What a param may hold: a scalar or a list of scalars. */
export const paramValue = z.union([scalar, z.array(scalar).max(5000)], {
  error: "expected text, a number, a boolean or a list of these",
});
export type ParamValue = z.infer<typeof paramValue>;

/** An object of any fields. */
export const anyObject = z.looseObject({}).meta({ preserveUnknown: true });

/** Any Kubernetes PodTemplateSpec; only the API server checks what is inside. */
export const podTemplate = z.looseObject({}).meta({ preserveUnknown: true, podTemplate: true });
export type PodTemplate = z.infer<typeof podTemplate>;

/** A list whose items are merged and patched by a key (`x-kubernetes-list-type: map`). */
export function listByKey<T extends z.ZodType>(item: T, key: string, max: number) {
  return z
    .array(item)
    .max(max, { error: `expected at most ${max} items` })
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key] });
}

/** Metadata as every Kubernetes object has it; fields that only the API server writes pass through. */
export const metadata = z.looseObject({
  name: required(dnsLabel, "Name of the object."),
  namespace: field(dnsLabel, "Namespace. Default: the one of the kubeconfig, `default` on a laptop."),
  labels: field(z.record(z.string(), z.string()), "Labels."),
  annotations: field(z.record(z.string(), z.string()), "Annotations."),
});
