// What a cluster refuses, waits for or takes away, and manifests that can't be run there.
import type { Reasons } from "./reason.ts";

const image = [
  "Check `image`, its tag, and whether the nodes reach its registry; a private one needs `imagePullSecrets`.",
  "`kubectl describe pod POD` has the registry's own words.",
];
const again = "Another attempt follows by itself, up to `retry.infrastructureLimit` (5 by default).";

export const cluster: Reasons = {
  InvalidSpec: {
    of: ["Input"],
    means: "The manifest isn't valid, or asks for something that isn't allowed on this cluster.",
    mend: ["The message names the field, and what was expected. `sparkflow validate` says the same before you apply."],
    more: "reference/kinds.md",
  },
  TemplateError: {
    of: ["Input"],
    means:
      "A template such as `$(tasks.load.values.n)` has no value: the task that it names published none of that name.",
    mend: ["Publish it with `sparkflow.value(NAME, VALUE)`, or correct the name."],
    more: "flows.md#templates",
  },
  NotTold: {
    of: ["Input"],
    means:
      "A task's condition (`when`) or the items of its `forEach` can't be told from what the tasks before it have left: a value that isn't there, or one of another type.",
    mend: [
      "Publish the value with `sparkflow.value(NAME, VALUE)`, or ask `has(tasks['load'].values.n)` first.",
      "In CEL a whole number and one with a fraction don't add up: write `2.0` beside a number with a fraction.",
    ],
    more: "flows.md#conditions",
  },
  NameTaken: {
    of: ["Input"],
    means: "An object of the name that is to be made exists already, and belongs to somebody else.",
    mend: ["Delete the object that the message names, or give the task or flow another name."],
  },
  FlowNotFound: {
    means: "The SparkFlowRun names a SparkFlow that isn't in its namespace.",
    mend: ["Create the flow, and the run starts; or delete the run and correct `spec.flow`."],
  },
  EngineNotFound: {
    means: "The task names a SparkEngine that isn't in its namespace.",
    mend: ["Create it, and the task starts; or correct `spec.engine`. Nothing crosses a namespace."],
  },
  Queued: {
    means: "As many drivers of the engine run as its `maxRunningDrivers` allows; the oldest tasks come first.",
    mend: ["Wait, or raise `maxRunningDrivers` of the SparkEngine."],
  },
  QuotaExceeded: {
    of: ["Infrastructure"],
    means: "The namespace's ResourceQuota is used up. The driver is created when there is room.",
    mend: ["`kubectl describe quota` shows what is used. `sparkflow plan` shows what the tasks ask for."],
  },
  PodSecurity: {
    of: ["Infrastructure"],
    means: "The namespace's Pod Security level refuses the driver's pod.",
    mend: [
      "Mend the pod template (the message names the fields), or the namespace's level. Without a template pods pass `restricted`.",
    ],
    more: "pod-templates.md",
  },
  LimitRange: {
    of: ["Infrastructure"],
    means: "The namespace's LimitRange refuses the driver's size.",
    mend: ["Change `driver.cores` or `driver.memory`, or the LimitRange."],
  },
  ServiceAccountMissing: {
    of: ["Infrastructure"],
    means: "The driver's service account isn't in the namespace.",
    mend: ["Create it, mend `serviceAccountName`, or list the namespace in the chart's `driver.namespaces`."],
    more: "cluster.md",
  },
  PriorityClassMissing: {
    of: ["Infrastructure"],
    means: "A pod template names a PriorityClass that the cluster hasn't got.",
    mend: ["Create it, or mend the template."],
    more: "pod-templates.md",
  },
  RuntimeClassMissing: {
    of: ["Infrastructure"],
    means: "A pod template names a RuntimeClass that the cluster hasn't got.",
    mend: ["Create it, or mend the template."],
    more: "pod-templates.md",
  },
  AdmissionDenied: {
    of: ["Infrastructure"],
    means: "A policy of the cluster (a webhook or a ValidatingAdmissionPolicy) refuses the pod.",
    mend: ["The message has the policy's words: mend what it names, or ask who keeps the policy."],
    more: "pod-templates.md",
  },
  Forbidden: {
    of: ["Infrastructure"],
    means: "The API server doesn't let the operator make the pod or its ConfigMap.",
    mend: ["Mostly the operator's role doesn't cover the namespace: see the chart's namespaces and RBAC."],
    more: "cluster.md",
  },
  NamespaceGone: { of: ["Infrastructure"], means: "The namespace is being deleted, so nothing starts in it." },
  TooLarge: {
    of: ["Input"],
    means: "The API server takes no object of this size: program, arguments and settings together are too much.",
    mend: ["Put the program into the image (`local:///…`) or at a URL, and large params into an input."],
  },
  Invalid: {
    of: ["Input"],
    means: "The API server refuses the pod as the manifest, with its templates, would have it.",
    mend: ["The message names the field of the pod. `sparkflow render` prints the pod."],
    more: "pod-templates.md",
  },
  BadRequest: { of: ["Input"], means: "The same as Invalid.", mend: ["See `sparkflow explain Invalid`."] },
  Unschedulable: {
    means:
      "No node takes the driver: not enough free cores or memory, no node that its selectors and tolerations allow, or an unbound claim.",
    mend: [
      "The message has the scheduler's words. `sparkflow plan` shows what tasks ask for.",
      "Lower `driver.cores` or `driver.memory`, add nodes, or mend the template's placement.",
    ],
    more: "pod-templates.md",
  },
  SchedulingGated: {
    means: "The driver waits for its scheduling gates to be lifted by whoever set them, such as a queue.",
  },
  SchedulerError: {
    means: "The scheduler failed at placing the driver, and tries again.",
    mend: ["The message has its words."],
  },
  VolumesNotReady: {
    means: "The driver has a node, and its volumes or its network aren't there after 30 seconds.",
    mend: ["A ConfigMap, Secret or PersistentVolumeClaim may be missing: `kubectl describe pod POD` says which."],
  },
  ErrImagePull: { means: "A node couldn't pull the image, and tries again.", mend: image },
  ImagePullBackOff: {
    means: "A node couldn't pull the image several times, and waits before it tries again.",
    mend: image,
  },
  ErrImageNeverPull: {
    means: "The pull policy is Never, and the node hasn't got the image.",
    mend: ["Load the image onto the nodes, or change the template's imagePullPolicy."],
  },
  ImageInspectError: { means: "The node has the image, but can't read it.", mend: image },
  RegistryUnavailable: { means: "The image's registry doesn't answer.", mend: image },
  SignatureValidationFailed: { means: "The node's policy doesn't accept the image's signature.", mend: image },
  InvalidImageName: {
    of: ["Input"],
    means: "The image's name can't be one: it has capitals, spaces or a wrong tag.",
    mend: ["Mend `image`, as in registry.example.com/team/spark:3.5.7."],
  },
  CreateContainerConfigError: {
    means: "The container can't be set up: a Secret, a ConfigMap, or a key of one, isn't there.",
    mend: ["Create it, and the driver starts; or mend the field that names it."],
  },
  CreateContainerError: {
    means: "The node couldn't create the container.",
    mend: ["The message has the node's words."],
  },
  RunContainerError: { means: "The node couldn't start the container.", mend: ["The message has the node's words."] },
  CrashLoopBackOff: {
    means: "A container beside the driver ends again and again: an init container, or a sidecar.",
    mend: ["`kubectl logs POD -c NAME --previous` says why."],
    more: "pod-templates.md",
  },
  ImageWithoutEntryPoint: {
    of: ["Input"],
    means: "The image doesn't hold Sparkflow's entry point.",
    mend: ["Set `runtime: inject`, which brings it along, or build the image FROM sparkflow/spark-sedona."],
    more: "images.md",
  },
  EnvironmentTooLarge: {
    of: ["Input"],
    means: "Variables and params together are more than the kernel lets a process have.",
    mend: ["Give large values as an input instead: a file, or a ConfigMap."],
  },
  StartError: {
    of: ["Infrastructure"],
    means: "The driver's container couldn't be started.",
    mend: ["The message has the runtime's words.", again],
  },
  NotStarted: {
    of: ["Infrastructure", "Program"],
    means:
      "The driver's process couldn't be started: on a laptop the process itself, on a cluster a command of the image that doesn't exist.",
    mend: ["On a cluster the log says which command: look at the image. On a laptop check Python and the JDK."],
  },
  Killed: {
    of: ["Infrastructure"],
    means: "The driver was killed with SIGKILL, and not for its own memory limit.",
    mend: [
      "On a laptop mostly for want of memory: lower `driver.memory` or `maxMemory`, or close other programs.",
      "On a cluster it didn't end in time when it was stopped, or its node was short of memory.",
      again,
    ],
  },
  Terminated: { of: ["Infrastructure"], means: "Somebody else told the driver to end (SIGTERM).", mend: [again] },
  NodeLost: { of: ["Infrastructure"], means: "The driver's node is gone, or doesn't answer any more.", mend: [again] },
  Preempted: {
    of: ["Infrastructure"],
    means: "The driver gave way to a pod of higher priority.",
    mend: [again, "A `priorityClassName` in `driver.podTemplate` makes drivers more important."],
    more: "pod-templates.md",
  },
  Evicted: {
    of: ["Infrastructure", "Program"],
    means:
      "The driver was evicted: its node was drained or short of resources, or the driver itself exceeded a limit, as of ephemeral storage.",
    mend: [again, "Where the message says that it exceeded a limit: raise that limit, or write less to local disk."],
  },
  Disrupted: { of: ["Infrastructure"], means: "The cluster took the driver's pod away.", mend: [again] },
  Deleted: {
    of: ["Infrastructure"],
    means: "Somebody deleted the driver's pod.",
    mend: [again, "To end a task for good use `sparkflow cancel`."],
  },
  DriverLost: {
    of: ["Infrastructure"],
    means: "The driver's pod is gone, and its result with it: somebody removed the pod and its finalizer.",
    mend: [again],
  },
  PodFailed: { of: ["Infrastructure"], means: "The driver's pod failed, and nothing says more.", mend: [again] },
  DiskStore: {
    of: ["Infrastructure"],
    means: "Spark couldn't make its local directories: mostly the node's disk is full.",
    mend: [again, "Give executors a `shuffleVolume`, or clean the node's disk."],
    more: "settings.md",
  },
};
