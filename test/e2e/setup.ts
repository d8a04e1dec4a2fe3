// Once for all suites on the real cluster: cluster, images, and the chart installed with helm as the docs say.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { basename, join } from "node:path";
import type { TestProject } from "vitest/node";
import { defaultImage } from "../../operator/task/resolve.ts";
import { writeWithout } from "../cluster/archive.ts";
import { run, until } from "../cluster/command.ts";
import { ourImages } from "../cluster/ourImages.ts";
import { cache, repository } from "../cluster/paths.ts";
import { givenKubeconfig, type TestCluster, testCluster } from "../cluster/testCluster.ts";

/** What the tests get to know of the cluster. */
export type ClusterFacts = {
  kubeconfig: string;
  /** Namespace of the tasks, which enforces Pod Security restricted, and that of the operator, which does too. */
  namespace: string;
  system: string;
  /** Image of drivers that name none; and one of somebody else's, with a Spark and nothing of ours. */
  image: string;
  foreignImage: string;
  /** Address of this machine that pods reach. */
  host: string;
  /** Folder of kubectl and helm. */
  bin: string;
};
declare module "vitest" {
  export interface ProvidedContext {
    cluster: ClusterFacts;
  }
}

const namespace = "spark-tests";
const system = "sparkflow-system";
const log = (line: string) => console.log(`-- ${line}`);

/** What a cluster that the machine brings has to be told of; see test/e2e/README.md. */
const given = {
  values: process.env.SPARKFLOW_TEST_VALUES,
  foreignImage:
    process.env.SPARKFLOW_TEST_FOREIGN_IMAGE ?? "docker.io/apache/spark:3.5.7-scala2.12-java17-python3-ubuntu",
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const images = givenKubeconfig() ? undefined : ourImages();
  const cluster = await testCluster({ images: Object.values(images ?? {}), log });
  const { kubectl, kubeconfig, bin } = cluster;
  const end = async () => {
    await kubectl(["delete", "namespace", namespace, "--wait=false"]).catch(() => {});
    await cluster.stop();
  };
  try {
    for (const name of [namespace, system]) await kubectl(["apply", "-f", "-"], restricted(name));
    await makeClaim(cluster, "flows");
    const helm = (...args: string[]) => run(join(bin, "helm"), ["--kubeconfig", kubeconfig, ...args]);
    await helm(
      ...["upgrade", "--install", "sparkflow", join(repository, "charts/sparkflow"), "--namespace", system],
      ...["--set", `driver.namespaces={${namespace}}`],
      ...["--set", "defaultEngine.storage.claim.name=flows"],
      ...["--set-json", `defaultEngine.spec=${JSON.stringify(defaultEngine)}`],
      // The tag is the same for every build: another archive has to be another pod.
      ...(images ? ["--set", `podAnnotations.archive=${basename(images.operator)}`] : []),
      ...(given.values ? ["--values", given.values] : []),
      ...["--wait", "--timeout", "120s"],
    );
    project.provide("cluster", {
      ...{ kubeconfig, namespace, system, bin },
      image: await driverImage(kubectl),
      foreignImage: images ? await importForeign(cluster, images.spark) : given.foreignImage,
      host: await addressTowards(await nodeAddress(kubectl)),
    });
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}

/** Small drivers: the machine may have two cores, which requests of CPU must not use up. */
const defaultEngine = {
  local: { cores: 4 },
  driver: {
    memory: "1g",
    podTemplate: {
      spec: { containers: [{ name: "spark-kubernetes-driver", resources: { requests: { cpu: "200m" } } }] },
    },
  },
};

const restricted = (name: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "latest",
      },
    },
  });

type Kubectl = TestCluster["kubectl"];

/** A claim for the outputs: of a folder here, or of the default storage class. */
async function makeClaim({ ours, kubectl }: TestCluster, name: string): Promise<void> {
  if (ours) return void (await ours.testVolume(namespace, name));
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { namespace, name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
  };
  const there = await kubectl(["get", "pvc", name, "-n", namespace, "--ignore-not-found", "-o", "name"]);
  if (there === "") await kubectl(["create", "-f", "-"], JSON.stringify(claim));
}

/** Our Spark image without what is ours in it. */
async function importForeign({ ours }: TestCluster, archive: string): Promise<string> {
  const name = "localhost/sparkflow-test/foreign:1";
  const file = join(cache, "foreign.tar");
  await writeWithout(file, name, archive, "opt/sparkflow");
  await ours!.importImage(file);
  return name;
}

/** The image that the installed operator gives to drivers that name none. */
async function driverImage(kubectl: Kubectl): Promise<string> {
  const name = "app.kubernetes.io/component=operator";
  const found = JSON.parse(await kubectl(["get", "deployment", "-n", system, "-l", name, "-o", "json"]));
  const { args = [] } = found.items[0].spec.template.spec.containers[0] as { args?: string[] };
  return args.find((arg) => arg.startsWith("--driver-image="))?.slice("--driver-image=".length) ?? defaultImage;
}

async function nodeAddress(kubectl: Kubectl): Promise<string> {
  const path = 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  return (await until("a node's address", () => kubectl(["get", "nodes", "-o", path]))).split(" ")[0]!;
}

/** The address of this machine on the way to another one. Nothing is sent. */
async function addressTowards(other: string): Promise<string> {
  const socket = createSocket(other.includes(":") ? "udp6" : "udp4");
  socket.connect(9, other);
  await once(socket, "connect");
  const { address } = socket.address();
  socket.close();
  return address;
}
