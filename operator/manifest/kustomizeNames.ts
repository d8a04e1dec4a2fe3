// Names of ConfigMaps and Secrets as kustomize makes them: with a hash of the content, so that an edited file is another
// object, and the same name whether kubectl or this program applied it. Source: kustomize 5, api/internal/hasher.

import { hashText } from "../api/hash.ts";

export type Generated = {
  kind: "ConfigMap" | "Secret";
  metadata: { name: string };
  type?: string;
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
};

const suffixLength = 10;
/** Digits that could make words are written otherwise. */
const replaced: Record<string, string> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };

/** `code` as `code-fdfgf87chm`. */
export function suffixedName(object: Generated): string {
  const { kind, metadata, data = "", binaryData, type } = object;
  const encoded = goJson({
    kind,
    name: "", // kustomize hashes before it has named the object
    data,
    ...(binaryData ? { binaryData } : {}),
    ...(kind === "Secret" ? { type } : {}),
  });
  const hash = hashText(encoded, suffixLength);
  return `${metadata.name}-${[...hash].map((digit) => replaced[digit] ?? digit).join("")}`;
}

/** JSON as Go writes it: keys in order, and what HTML could take for markup escaped. */
function goJson(value: unknown): string {
  const sorted = (child: unknown): unknown =>
    child !== null && typeof child === "object"
      ? Object.fromEntries(
          Object.entries(child)
            .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
            .map(([key, inner]) => [key, sorted(inner)]),
        )
      : child;
  return JSON.stringify(sorted(value)).replace(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const lineLength = 70;

/** Base64 as kustomize writes it, in lines of 70 characters where one isn't enough. The hash is of this very text. */
export function kustomizeBase64(content: Buffer): string {
  const encoded = content.toString("base64");
  if (encoded.length < lineLength) return encoded;
  return (encoded.match(/.{1,70}/g) ?? []).map((line) => `${line}\n`).join("");
}
