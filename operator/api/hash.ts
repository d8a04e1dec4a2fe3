// Hashes for names and for telling whether something has changed. Pure: node:crypto computes, it reads nothing.
import { createHash } from "node:crypto";

/** The first `digits` hex digits of the SHA-256 of a text. */
export const hashText = (text: string, digits: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, digits);

/** JSON with the keys of every map in order, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, child) =>
    child !== null && typeof child === "object" && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child,
  );
}
