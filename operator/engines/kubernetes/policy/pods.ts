// The allow-list of a whole pod: wide in what concerns the user's own work, closed in all else.
import { isReserved } from "../labels.ts";
import { containersRule, initContainersRule } from "./containers.ts";
import { free, integer, map, oneOf, owned, pairs, type Rule, refuse, refused, refuseOwned } from "./rules.ts";
import { podSecurityRule } from "./security.ts";
import { volumesRule } from "./volumes.ts";

type Role = "driver" | "executor";

const labels = pairs((key, value, path) =>
  isReserved(key) ? refuseOwned(path, value, "the operator and Spark find pods by this label; choose another key") : [],
);
const annotations = pairs((key, value, path) => {
  if (isReserved(key)) return refuseOwned(path, value, "annotations of this prefix are the operator's");
  if (key.startsWith("seccomp.security.alpha.kubernetes.io/"))
    return refuse(path, value, "use securityContext.seccompProfile");
  const profile = key.startsWith("container.apparmor.security.beta.kubernetes.io/");
  return profile && !/^(runtime\/default|localhost\/.+)$/.test(String(value))
    ? refuse(path, value, "AppArmor stays on")
    : [];
});
const name = owned("names are made of task, uid and attempt, so that nothing starts twice");
const metadata = map({
  labels,
  annotations,
  name,
  generateName: name,
  namespace: owned("nothing crosses a namespace"),
  finalizers: owned("an ended pod would never go"),
  ownerReferences: owned("a pod has one owner, whose end it shares"),
});

const host = (what: string) => oneOf([false], `a pod shares ${what} with nobody`);
const account = owned("use the field serviceAccountName");
const admission = refused("Kubernetes sets it itself");
/** Longest time in seconds that a stopped pod may take to end. */
const longestGrace = 600;

const spec = (role: Role): Rule =>
  map({
    containers: containersRule(role),
    initContainers: initContainersRule,
    volumes: volumesRule,
    securityContext: podSecurityRule,
    // Where it runs, and before whom
    affinity: free,
    nodeSelector: free,
    tolerations: free,
    topologySpreadConstraints: free,
    schedulerName: free,
    schedulingGates: free,
    preemptionPolicy: free,
    priorityClassName: (value, path) =>
      /^system-/.test(String(value))
        ? refuse(path, value, "that is for Kubernetes' own pods; use a class of the cluster's")
        : [],
    runtimeClassName: free,
    resourceClaims: free,
    readinessGates: free,
    os: map({ name: oneOf(["linux"], "pods run on Linux") }),
    // Its network
    dnsPolicy: free,
    dnsConfig: free,
    hostAliases: free,
    hostname: role === "driver" ? free : owned("Spark sets it"),
    subdomain: free,
    setHostnameAsFQDN: free,
    enableServiceLinks: free,
    imagePullSecrets: free,
    terminationGracePeriodSeconds: integer(
      1,
      longestGrace,
      `expected whole seconds from 1 to ${longestGrace}: a stopped pod has to end`,
    ),
    hostUsers: free,
    hostNetwork: host("its network"),
    hostPID: host("its processes"),
    hostIPC: host("its memory"),
    shareProcessNamespace: oneOf([false], "containers would see each other's variables and files, secret ones too"),
    nodeName: refused("the scheduler chooses the node; use nodeSelector or affinity"),
    ephemeralContainers: refused("Kubernetes takes them only for pods that run; use kubectl debug"),
    serviceAccountName: account,
    serviceAccount: account,
    automountServiceAccountToken: owned("only a driver that makes executors has a token"),
    restartPolicy: role === "driver" ? owned("use retry") : oneOf(["Never"], "Spark makes new executors itself"),
    activeDeadlineSeconds: owned("use timeouts.start and timeouts.run"),
    priority: admission,
    overhead: admission,
    resources: refused(`use ${role}.cores, ${role}.memory and the resources of containers`),
  });

/** What a finished pod may say that differs from the pod before the template. */
export const podRule = (role: Role): Rule => map({ metadata, spec: spec(role) });
