// What spark.kubernetes.* settings say of the driver's pod. In cluster mode Spark's own submitter reads them (features
// BasicDriver and KubernetesDriverConf of 3.5); here the operator makes the pod, so it does.
import { confMap } from "../../settings/memory.ts";
import type { Attempt } from "../../task/attempt.ts";

export type DriverConf = {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  nodeSelector: Record<string, string>;
  schedulerName?: string;
  imagePullPolicy?: string;
  requestCores?: string;
  limitCores?: string;
  /** Limits of further resources, such as nvidia.com/gpu. */
  resources: Record<string, string>;
};

export function driverConf({ settings }: Attempt): DriverConf {
  // What the operator sets is for executors.
  const conf = confMap(settings.filter(({ source }) => source !== "operator"));
  const optional = <K extends string>(name: K, ...keys: string[]) => {
    const value = keys.map((key) => conf.get(`spark.kubernetes.${key}`)).find((one) => one !== undefined);
    return (value === undefined ? {} : { [name]: value }) as { [key in K]?: string };
  };
  return {
    labels: family(conf, "spark.kubernetes.driver.label."),
    annotations: family(conf, "spark.kubernetes.driver.annotation."),
    nodeSelector: {
      ...family(conf, "spark.kubernetes.node.selector."),
      ...family(conf, "spark.kubernetes.driver.node.selector."),
    },
    ...optional("schedulerName", "driver.scheduler.name", "scheduler.name"),
    ...optional("imagePullPolicy", "container.image.pullPolicy"),
    ...optional("requestCores", "driver.request.cores"),
    ...optional("limitCores", "driver.limit.cores"),
    resources: accelerators(conf),
  };
}

/** The settings below a prefix, by what follows it. */
function family(conf: ReadonlyMap<string, string>, prefix: string): Record<string, string> {
  const found = [...conf].filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** spark.driver.resource.gpu.{amount,vendor} → nvidia.com/gpu, as KubernetesUtils.buildResourcesQuantities names it. */
function accelerators(conf: ReadonlyMap<string, string>): Record<string, string> {
  const amounts = [...conf].flatMap(([key, amount]) => {
    const name = /^spark\.driver\.resource\.([^.]+)\.amount$/.exec(key)?.[1];
    const vendor = conf.get(`spark.driver.resource.${name}.vendor`);
    return name && vendor ? [[`${vendor}/${name}`, amount]] : [];
  });
  return Object.fromEntries(amounts);
}
