// Names with hashes, as `kubectl kustomize` (5.5) printed them for the same files.
import { describe, expect, it } from "vitest";
import { loadManifests } from "../../../operator/manifest/load.ts";
import { dedent, folderOf } from "../folder.ts";

const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

function named(): [string, string | undefined][] {
  const folder = folderOf({
    "kustomization.yaml": dedent`
      configMapGenerator:
        - name: a
          files: [t.txt, bin=b.bin, small=s.bin]
          literals: ['x=<&>"q"']
        - name: b
          literals: [k=v]
          options: {labels: {l: m}, annotations: {an: "no"}, immutable: true}
        - name: c
          options: {disableNameSuffixHash: true}
          literals: [k=v]
        - name: e
      secretGenerator:
        - name: s
          literals: [p=hunter2]
          files: [b.bin]
        - name: s2
          type: kubernetes.io/x
          literals: [p=hunter2]
      generatorOptions:
        labels: {g: h}
    `,
    "t.txt": "héllo\nline2\t\u0001 \u2028 end",
    "b.bin": allBytes,
    "s.bin": Buffer.from([0xff, 0xfe]),
  });
  return loadManifests([folder]).documents.map(({ value, suffixedName }) => [
    (value as { metadata: { name: string } }).metadata.name,
    suffixedName,
  ]);
}

describe("the name that a generated object gets on a cluster", () => {
  it("is the one that kustomize gives it, and none where the hash is turned off", () => {
    expect(named()).toEqual([
      ["a", "a-kh8g9d69mb"],
      ["b", "b-bdg947hgcc"],
      ["c", undefined],
      ["e", "e-6ct58987ht"],
      ["s", "s-4f5dffhgmc"],
      ["s2", "s2-7bkfmb68d7"],
    ]);
  });
});
