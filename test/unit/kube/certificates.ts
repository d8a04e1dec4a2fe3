// Certificates for the tests' servers and clients, made by openssl in a temporary folder.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Pair = { cert: string; key: string };
export type Authority = { ca: string; issue: (name: string, hosts?: string) => Pair };

/** A certificate authority, and what it issues: `hosts` as openssl's subjectAltName. */
export function authority(): Authority {
  const key = newKey();
  const ca = inFolder({ key }, ["req", "-x509", "-new", "-key", "key", "-subj", "/CN=test-ca", "-days", "2"]);
  return {
    ca,
    issue: (name, hosts = "IP:127.0.0.1,DNS:localhost") => {
      const own = newKey();
      const csr = inFolder({ own }, ["req", "-new", "-key", "own", "-subj", `/O=testers/CN=${name}`]);
      const files = { csr, ca, key, names: `subjectAltName=${hosts}\n` };
      const signing = ["-CA", "ca", "-CAkey", "key", "-CAserial", "serial", "-CAcreateserial"];
      return {
        cert: inFolder(files, ["x509", "-req", "-in", "csr", ...signing, "-extfile", "names", "-days", "2"]),
        key: own,
      };
    },
  };
}

const newKey = () => inFolder({}, ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);

/** What openssl prints, run in a folder with these files. */
function inFolder(files: Record<string, string>, args: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "sparkflow-certificates-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
    return execFileSync("openssl", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
