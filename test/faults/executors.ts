// A driver's executors, made and removed as Spark's own scheduler backend does it: owned by the driver pod, from the
// executors' template in the attempt's ConfigMap, with Spark's labels.
import type { Client } from "../../operator/kube/client.ts";
import { isAlreadyExists } from "../../operator/kube/errors.ts";
import type { KubeObject } from "../../operator/kube/objects.ts";
import { configMaps, pods } from "../../operator/kube/resources.ts";
import type { Store } from "../../operator/kube/store.ts";
import type { RawPod } from "./podStatus.ts";

type Pod = RawPod & KubeObject;
type Template = { metadata: { labels?: Record<string, string> }; spec: { containers: object[] } };

/** Makes what is missing of a driver's executors. Do all of them run? */
export async function makeExecutors(client: Client, store: Store<Pod>, driver: Pod, count: number): Promise<boolean> {
  const own = executorsOf(store, driver);
  if (own.length < count) {
    const template = await templateOf(client, driver);
    for (let id = 1; id <= count; id++) {
      if (own.some(({ metadata }) => metadata.labels?.["spark-exec-id"] === String(id))) continue;
      await make(client, store, driver, template, id);
    }
  }
  return executorsOf(store, driver).filter(({ status }) => status?.phase === "Running").length >= count;
}

/** What Spark does at its end: it deletes its executors and waits for nothing. */
export async function removeExecutors(client: Client, store: Store<Pod>, driver: Pod): Promise<void> {
  if (executorsOf(store, driver).length === 0) return;
  const selector = `spark-app-selector=${appId(driver)},spark-role=executor`;
  await client.deleteCollection(pods, driver.metadata.namespace, selector);
}

const appId = ({ metadata }: Pod): string => metadata.name.replace(/-driver$/, "");

const executorsOf = (store: Store<Pod>, driver: Pod): Pod[] =>
  [...store.values()].filter((pod) =>
    (pod as KubeObject).metadata.ownerReferences?.some(({ uid }) => uid === driver.metadata.uid),
  );

async function templateOf(client: Client, { metadata, spec }: Pod): Promise<Template> {
  const volume = spec.volumes?.find(({ name }) => name === "sparkflow-template");
  if (!volume?.configMap) throw new Error(`${metadata.name} has no template of executors`);
  const { data } = await client.get(configMaps, metadata.namespace, volume.configMap.name);
  return JSON.parse((data as Record<string, string>)["executor.json"]!) as Template;
}

async function make(client: Client, store: Store<Pod>, driver: Pod, template: Template, id: number): Promise<void> {
  const { namespace, name, uid } = driver.metadata;
  const [container] = template.spec.containers;
  const body = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...template.metadata,
      name: `${appId(driver)}-exec-${id}`,
      namespace,
      labels: {
        ...template.metadata.labels,
        "spark-role": "executor",
        "spark-app-selector": appId(driver),
        "spark-exec-id": String(id),
        "spark-exec-resourceprofile-id": "0",
      },
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name, uid, controller: true }],
    },
    spec: {
      ...template.spec,
      restartPolicy: "Never",
      containers: [{ ...container, image: driver.spec.containers[0]!.image, args: ["executor"] }],
    },
  };
  try {
    store.put(await client.create(pods, namespace, body));
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
