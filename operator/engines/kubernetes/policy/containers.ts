// Containers of a template: Spark's own, which the operator and Spark start, and others beside or before it.
import { whyOwnedEnv } from "../../../settings/ownedEnv.ts";
import { driverContainer, executorContainer } from "../paths.ts";
import { each, free, items, map, oneOf, owned, pairs, type Rule, refuse, refused, refuseOwned } from "./rules.ts";
import { containerSecurityRule } from "./security.ts";
import { sidecarMountsRule, sparkMountsRule } from "./volumes.ts";

type Role = "driver" | "executor";

const noHost = refused("the kubelet asks the pod itself; leave the host out");
const httpGet = map({ path: free, port: free, scheme: free, httpHeaders: free, host: noHost });
const tcpSocket = map({ port: free, host: noHost });
const handler = map({ exec: free, sleep: free, httpGet, tcpSocket });
const probe = map({
  exec: free,
  grpc: free,
  httpGet,
  tcpSocket,
  initialDelaySeconds: free,
  periodSeconds: free,
  timeoutSeconds: free,
  successThreshold: free,
  failureThreshold: free,
  terminationGracePeriodSeconds: free,
});
const port = map({
  name: free,
  containerPort: free,
  protocol: free,
  hostPort: refused("pods share no ports with their host; reach them by a Service or kubectl port-forward"),
  hostIP: refused("pods share no addresses with their host"),
});

/** What every container may say. */
const common: Readonly<Record<string, Rule>> = {
  name: free,
  imagePullPolicy: free,
  envFrom: free,
  ports: each(port),
  resizePolicy: free,
  securityContext: containerSecurityRule,
  volumeDevices: free,
  lifecycle: map({ postStart: handler, preStop: handler, stopSignal: free }),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  stdin: free,
  stdinOnce: free,
  tty: free,
};

const env: Rule = items("name", (value, path) => {
  const { name } = value as { name: string };
  const why =
    name === "PYTHONPATH"
      ? "use the field env, to whose PYTHONPATH the program's own folders are added"
      : whyOwnedEnv(name);
  return why ? refuseOwned(path, name, why) : [];
});

const resources = (role: Role): Rule => {
  const memory = owned(`use ${role}.memory and ${role}.memoryOverhead: heap and container have to agree`);
  const cpu = owned("Spark sets it: use executor.cores or spark.kubernetes.executor.request.cores");
  const amounts = (table: Readonly<Record<string, Rule>>) =>
    pairs((name, value, path) => (Object.hasOwn(table, name) ? table[name]!(value, path, undefined) : []));
  return map({
    requests: amounts(role === "executor" ? { memory, cpu } : { memory }),
    limits: amounts({ memory }),
    claims: free,
  });
};

const once = refused("a driver or executor that has ended isn't started again in its pod; use retry");

const sparkContainer = (role: Role): Rule =>
  map({
    ...common,
    image: owned("use the field image"),
    command: owned("the image's entry point starts Spark"),
    args: owned("the image's entry point starts Spark; use args of the task for the program's"),
    workingDir: owned("driver and executors begin in an empty folder of their own"),
    terminationMessagePath: owned("the driver's result goes there"),
    terminationMessagePolicy: owned("the driver's result comes that way"),
    env,
    resources: resources(role),
    volumeMounts: sparkMountsRule,
    restartPolicy: once,
    restartPolicyRules: once,
  });

const sidecar: Readonly<Record<string, Rule>> = {
  ...common,
  image: free,
  command: free,
  args: free,
  workingDir: free,
  env: free,
  resources: free,
  volumeMounts: sidecarMountsRule,
  terminationMessagePath: free,
  terminationMessagePolicy: free,
};

/** A sidecar ends with Spark's container, so it isn't restarted. */
const sidecarRule = map({ ...sidecar, restartPolicy: once, restartPolicyRules: once });

export const containersRule = (role: Role): Rule => {
  const name = role === "driver" ? driverContainer : executorContainer;
  const spark = sparkContainer(role);
  return items("name", (value, path, base) =>
    (value as { name: string }).name === name ? spark(value, path, base) : sidecarRule(value, path, base),
  );
};

/** An init container that is always restarted is Kubernetes' way to run a sidecar from before the others' start. */
export const initContainersRule: Rule = items("name", (value, path, base) => {
  const { name } = value as { name: string };
  if (base !== undefined)
    return refuseOwned(path, name, "that is the operator's; give the init container another name");
  if (name === driverContainer || name === executorContainer)
    return refuse(path, name, "that is the name of Spark's container; give the init container another one");
  return map({
    ...sidecar,
    restartPolicy: oneOf(["Always"], "init containers run once, or as sidecars"),
    restartPolicyRules: once,
  })(value, path, base);
});
