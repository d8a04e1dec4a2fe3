// A certificate authority of the cluster's own and the certificates of its parts, through openssl (3.0 or later).
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { run } from "./command.ts";

export type Request = {
  /** File name without extension. */
  name: string;
  /** A user in Kubernetes' sense: CN is the user, O its groups. */
  user: string;
  group?: string;
  /** `DNS:…` and `IP:…` that a server answers under. */
  altNames?: string[];
};

const days = "3650";
const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Writes NAME.key and NAME.crt below `pki`, signed by the authority there, unless they exist. */
export async function issue(pki: string, { name, user, group, altNames = [] }: Request): Promise<void> {
  const subject = `${group ? `/O=${group}` : ""}/CN=${user}`;
  const authority = ["-CA", join(pki, "ca.crt"), "-CAkey", join(pki, "ca.key")];
  const usage = ["keyUsage=digitalSignature,keyEncipherment", "extendedKeyUsage=clientAuth,serverAuth"];
  const names = altNames.length > 0 ? [`subjectAltName=${altNames.join(",")}`] : [];
  await make(pki, name, subject, ["basicConstraints=critical,CA:FALSE", ...usage, ...names], authority);
}

/** The authority, and the key pair that signs service accounts' tokens. */
export async function makeAuthority(pki: string): Promise<void> {
  await make(pki, "ca", "/CN=sparkflow-test-cluster", [
    "basicConstraints=critical,CA:TRUE",
    "keyUsage=digitalSignature,keyEncipherment,keyCertSign",
    "subjectKeyIdentifier=hash",
  ]);
  if (existsSync(join(pki, "sa.key"))) return;
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(join(pki, "sa.pub"), publicKey.export({ type: "spki", format: "pem" }));
  writeFileSync(join(pki, "sa.key"), privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
}

async function make(pki: string, name: string, subject: string, extensions: string[], more: string[] = []) {
  const [key, certificate, config] = ["key", "crt", "cnf"].map((end) => join(pki, `${name}.${end}`)) as [
    string,
    string,
    string,
  ];
  if (existsSync(key) && existsSync(certificate)) return;
  // openssl's own configuration would add extensions of its choice.
  writeFileSync(
    config,
    ["[req]", "distinguished_name=dn", "x509_extensions=ext", "[dn]", "[ext]", ...extensions, ""].join("\n"),
  );
  const made = `${certificate}.new`;
  const files = ["-config", config, "-keyout", key, "-out", made];
  await run("openssl", ["req", "-x509", "-days", days, "-subj", subject, ...curve, ...files, ...more]);
  renameSync(made, certificate); // comes last: with it, both are whole
  rmSync(config);
}

/** A kubeconfig file for the user of a certificate. Holds the key itself, so it can be copied anywhere. */
export function writeKubeconfig(file: string, pki: string, name: string, server: string): void {
  const data = (part: string) => readFileSync(join(pki, part)).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "sparkflow-test", cluster: { server, "certificate-authority-data": data("ca.crt") } }],
    users: [{ name, user: { "client-certificate-data": data(`${name}.crt`), "client-key-data": data(`${name}.key`) } }],
    contexts: [{ name: "sparkflow-test", context: { cluster: "sparkflow-test", user: name } }],
    "current-context": "sparkflow-test",
  };
  writeFileSync(file, stringify(config, { lineWidth: 0 }), { mode: 0o600 });
}
