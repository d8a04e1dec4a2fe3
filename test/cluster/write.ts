// Files that are written only if they change: kube-proxy exits when its configuration is written, with whatever content.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export function writeIfNew(file: string, content: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === content) return;
  writeFileSync(file, content);
}
