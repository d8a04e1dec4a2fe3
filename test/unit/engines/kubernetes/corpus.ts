// Templates and settings that are refused, each with the place and the words of its problem, and such as are allowed.
import type { PodTemplate } from "../../../../operator/api/common.ts";

type Refused = [what: string, template: PodTemplate, place: string, why: RegExp];
const driver = (fields: object) => ({ spec: { containers: [{ name: "spark-kubernetes-driver", ...fields }] } });
const executor = (fields: object) => ({ spec: { containers: [{ name: "spark-kubernetes-executor", ...fields }] } });
const volume = (source: object) => ({ spec: { volumes: [{ name: "v", ...source }] } });
const mount = (mountPath: string, more: object = {}) => driver({ volumeMounts: [{ name: "v", mountPath, ...more }] });
const first = "spec.containers[0]";
const mountAt = `${first}.volumeMounts[0]`;
const root = /without root/;

/** What is refused in driver and executor alike. */
const ofPods: Refused[] = [
  // The host
  ["the host's files", volume({ hostPath: { path: "/" } }), "spec.volumes[0].hostPath", /no files of their host/],
  ["the host's network", { spec: { hostNetwork: true } }, "spec.hostNetwork", /network/],
  ["the host's processes", { spec: { hostPID: true } }, "spec.hostPID", /processes/],
  ["the host's memory", { spec: { hostIPC: true } }, "spec.hostIPC", /memory/],
  [
    "one namespace of processes",
    { spec: { shareProcessNamespace: true } },
    "spec.shareProcessNamespace",
    /secret ones/,
  ],
  ["the node", { spec: { nodeName: "node-1" } }, "spec.nodeName", /nodeSelector/],
  ["NFS", volume({ nfs: { server: "a", path: "/" } }), "spec.volumes[0].nfs", /isn't among the fields/],
  [
    "an inline CSI volume",
    volume({ csi: { driver: "nfs.csi.k8s.io" } }),
    "spec.volumes[0].csi.driver",
    /PersistentVolumeClaim/,
  ],
  [
    "a token in a projected volume",
    volume({ projected: { sources: [{ serviceAccountToken: { audience: "vault", path: "t" } }] } }),
    "spec.volumes[0].projected.sources[0].serviceAccountToken",
    /token/,
  ],
  // Rights of the kernel, for the pod
  ["user 0", { spec: { securityContext: { runAsUser: 0 } } }, "spec.securityContext.runAsUser", root],
  ["a negative user", { spec: { securityContext: { runAsUser: -1 } } }, "spec.securityContext.runAsUser", root],
  ["root", { spec: { securityContext: { runAsNonRoot: false } } }, "spec.securityContext.runAsNonRoot", root],
  [
    "no filter of system calls",
    { spec: { securityContext: { seccompProfile: { type: "Unconfined" } } } },
    "spec.securityContext.seccompProfile.type",
    /filtered/,
  ],
  [
    "no AppArmor",
    { spec: { securityContext: { appArmorProfile: { type: "Unconfined" } } } },
    "spec.securityContext.appArmorProfile.type",
    /AppArmor/,
  ],
  [
    "another SELinux type",
    { spec: { securityContext: { seLinuxOptions: { type: "spc_t" } } } },
    "spec.securityContext.seLinuxOptions.type",
    /Pod Security/,
  ],
  [
    "the kernel's settings",
    { spec: { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } } },
    "spec.securityContext.sysctls[0].name",
    /the pod's own/,
  ],
  [
    "Windows' options",
    { spec: { securityContext: { windowsOptions: {} } } },
    "spec.securityContext.windowsOptions",
    /Linux/,
  ],
  ["Windows", { spec: { os: { name: "windows" } } }, "spec.os.name", /Linux/],
  ["a security context that is no map", { spec: { securityContext: "x" } }, "spec.securityContext", /expected a map/],
  // Whose it is
  ["finalizers", { metadata: { finalizers: ["a/b"] } }, "metadata.finalizers", /never go/],
  ["an owner", { metadata: { ownerReferences: [{ uid: "x" }] } }, "metadata.ownerReferences", /one owner/],
  ["a name", { metadata: { name: "mine" } }, "metadata.name", /starts twice/],
  ["a namespace", { metadata: { namespace: "kube-system" } }, "metadata.namespace", /crosses a namespace/],
  [
    "our label",
    { metadata: { labels: { "sparkflow.dev/task-uid": "x" } } },
    'metadata.labels["sparkflow.dev/task-uid"]',
    /choose another/,
  ],
  [
    "the label of who manages it",
    { metadata: { labels: { "app.kubernetes.io/managed-by": "me" } } },
    'metadata.labels["app.kubernetes.io/managed-by"]',
    /choose another/,
  ],
  [
    "Spark's label",
    { metadata: { labels: { "spark-app-selector": "x" } } },
    "metadata.labels.spark-app-selector",
    /choose another/,
  ],
  ["its role", { metadata: { labels: { "spark-role": "other" } } }, "metadata.labels.spark-role", /choose another/],
  [
    "our annotation",
    { metadata: { annotations: { "sparkflow.dev/stop": "{}" } } },
    'metadata.annotations["sparkflow.dev/stop"]',
    /operator's/,
  ],
  [
    "AppArmor's old annotation",
    { metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/x": "unconfined" } } },
    'metadata.annotations["container.apparmor.security.beta.kubernetes.io/x"]',
    /AppArmor/,
  ],
  [
    "a service account",
    { spec: { serviceAccountName: "sparkflow-operator" } },
    "spec.serviceAccountName",
    /field serviceAccountName/,
  ],
  [
    "a service account by its old name",
    { spec: { serviceAccount: "other" } },
    "spec.serviceAccount",
    /field serviceAccountName/,
  ],
  [
    "a system's priority",
    { spec: { priorityClassName: "system-node-critical" } },
    "spec.priorityClassName",
    /Kubernetes' own/,
  ],
  ["a priority as a number", { spec: { priority: 2_000_000_000 } }, "spec.priority", /sets it itself/],
  ["a deadline", { spec: { activeDeadlineSeconds: 5 } }, "spec.activeDeadlineSeconds", /timeouts/],
  [
    "a grace without end",
    { spec: { terminationGracePeriodSeconds: 1e9 } },
    "spec.terminationGracePeriodSeconds",
    /1 to 600/,
  ],
  ["no grace", { spec: { terminationGracePeriodSeconds: 0 } }, "spec.terminationGracePeriodSeconds", /1 to 600/],
  ["debug containers", { spec: { ephemeralContainers: [] } }, "spec.ephemeralContainers", /kubectl debug/],
  ["a restart", { spec: { restartPolicy: "OnFailure" } }, "spec.restartPolicy", /retry|Spark makes/],
  ["fields that nobody knows", { spec: { tolerationz: [] } }, "spec.tolerationz", /did you mean "tolerations"/],
  ["something beside metadata and spec", { status: {} }, "status", /metadata and spec/],
  ["a spec that is no map", { spec: [] } as unknown as PodTemplate, "spec", /expected a map/],
  ["containers that are no list", { spec: { containers: "x" } }, "spec.containers", /expected a list/],
  ["a container that is no map", { spec: { containers: [null] } }, "spec.containers[0]", /expected a map/],
  [
    "a volume named as ours",
    { spec: { volumes: [{ name: "sparkflow-attempt", emptyDir: {} }] } },
    "spec.volumes[0]",
    /another name/,
  ],
  [
    "a volume named as one of ours could be",
    { spec: { volumes: [{ name: "cm-x", emptyDir: {} }] } },
    "spec.volumes[0]",
    /another name/,
  ],
  [
    "a volume for /tmp that can't be written to",
    { spec: { volumes: [{ name: "tmp", configMap: { name: "x" } }] } },
    "spec.volumes[0].configMap",
    /writes to "tmp"/,
  ],
  // Containers beside Spark's
  [
    "a privileged sidecar",
    { spec: { containers: [{ name: "s", securityContext: { privileged: true } }] } },
    `${first}.securityContext.privileged`,
    /privileged/,
  ],
  [
    "an init container as root",
    { spec: { initContainers: [{ name: "i", securityContext: { runAsUser: 0 } }] } },
    "spec.initContainers[0].securityContext.runAsUser",
    root,
  ],
  [
    "a sidecar on the host's port",
    { spec: { containers: [{ name: "s", ports: [{ containerPort: 1, hostPort: 1 }] }] } },
    `${first}.ports[0].hostPort`,
    /no ports/,
  ],
  [
    "a sidecar that is restarted",
    { spec: { containers: [{ name: "s", restartPolicy: "Always" }] } },
    `${first}.restartPolicy`,
    /isn't started again/,
  ],
  [
    "a sidecar where tokens are",
    {
      spec: {
        containers: [
          { name: "s", volumeMounts: [{ name: "v", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }] },
        ],
      },
    },
    `${mountAt}.mountPath`,
    /tokens/,
  ],
  [
    "an init container with the name of Spark's",
    { spec: { initContainers: [{ name: "spark-kubernetes-driver" }] } },
    "spec.initContainers[0]",
    /another one/,
  ],
];

const ofSparksContainer = (container: (fields: object) => PodTemplate): Refused[] => [
  [
    "privilege",
    container({ securityContext: { privileged: true } }),
    `${first}.securityContext.privileged`,
    /privileged/,
  ],
  [
    "more rights than its parent",
    container({ securityContext: { allowPrivilegeEscalation: true } }),
    `${first}.securityContext.allowPrivilegeEscalation`,
    /parent/,
  ],
  [
    "capabilities",
    container({ securityContext: { capabilities: { add: ["SYS_ADMIN"] } } }),
    `${first}.securityContext.capabilities.add[0]`,
    /no further rights/,
  ],
  [
    "fewer dropped capabilities",
    container({ securityContext: { capabilities: { drop: ["NET_RAW"] } } }),
    `${first}.securityContext.capabilities.drop`,
    /ALL/,
  ],
  [
    "the whole of /proc",
    container({ securityContext: { procMount: "Unmasked" } }),
    `${first}.securityContext.procMount`,
    /hidden/,
  ],
  ["root", container({ securityContext: { runAsUser: 0 } }), `${first}.securityContext.runAsUser`, root],
  ["another image", container({ image: "evil:1" }), `${first}.image`, /field image/],
  ["a command", container({ command: ["sh"] }), `${first}.command`, /entry point/],
  ["arguments", container({ args: ["sh"] }), `${first}.args`, /entry point/],
  ["a working directory", container({ workingDir: "/" }), `${first}.workingDir`, /empty folder/],
  [
    "the operator's variable",
    container({ env: [{ name: "SPARKFLOW_RESULT", value: "/x" }] }),
    `${first}.env[0]`,
    /this prefix/,
  ],
  [
    "Spark's variable",
    container({ env: [{ name: "SPARK_EXECUTOR_ID", value: "1" }] }),
    `${first}.env[0]`,
    /Spark tells/,
  ],
  ["PYTHONPATH", container({ env: [{ name: "PYTHONPATH", value: "/x" }] }), `${first}.env[0]`, /field env/],
  [
    "memory",
    container({ resources: { limits: { memory: "1Gi" } } }),
    `${first}.resources.limits.memory`,
    /memoryOverhead/,
  ],
  ["a restart", container({ restartPolicy: "OnFailure" }), `${first}.restartPolicy`, /use retry/],
  [
    "the host's port",
    container({ ports: [{ containerPort: 9, hostPort: 9 }] }),
    `${first}.ports[0].hostPort`,
    /no ports/,
  ],
  [
    "another host in a probe",
    container({ livenessProbe: { httpGet: { port: 1, host: "169.254.169.254" } } }),
    `${first}.livenessProbe.httpGet.host`,
    /leave the host out/,
  ],
  [
    "another host in a hook",
    container({ lifecycle: { postStart: { httpGet: { port: 1, host: "169.254.169.254" } } } }),
    `${first}.lifecycle.postStart.httpGet.host`,
    /leave the host out/,
  ],
  [
    "a field that nobody knows",
    container({ imagePullpolicy: "Always" }),
    `${first}.imagePullpolicy`,
    /did you mean "imagePullPolicy"/,
  ],
];

export const refusedInDriver: Refused[] = [
  ...ofPods.filter(([what]) => what !== "its role"),
  ["its role", { metadata: { labels: { "spark-role": "executor" } } }, "metadata.labels.spark-role", /choose another/],
  ...ofSparksContainer(driver),
  [
    "no token",
    { spec: { automountServiceAccountToken: false } },
    "spec.automountServiceAccountToken",
    /makes executors/,
  ],
  [
    "another termination message",
    driver({ terminationMessagePath: "/x" }),
    `${first}.terminationMessagePath`,
    /result/,
  ],
  // Mounts, as the kernel reads their paths
  ...(
    [
      ["over our folder", "/opt/sparkflow", /own files|hide/],
      ["in our folder", "/opt/sparkflow/attempt/program", /own files/],
      ["in our folder by ..", "/data/../opt/sparkflow/x", /own files/],
      ["in our folder by /./", "/opt/./sparkflow/x", /own files/],
      ["in our folder by //", "//opt//sparkflow//x", /own files/],
      ["over the parent of our folder", "/opt", /hide/],
      ["over Spark's folder", "/opt/spark/", /hide/],
      ["over everything", "/", /hide/],
      ["over everything by ..", "/a/..", /hide/],
      ["at /tmp in other words", "/tmp/", /own files/],
      ["at the result", "/dev/termination-log", /hide|runtime/],
      ["over the devices", "/dev", /hide/],
      ["in /proc", "/proc/sys", /runtime/],
      ["at the tokens", "/var/run/secrets/kubernetes.io/serviceaccount", /tokens/],
      ["above the tokens", "/run/secrets", /tokens/],
    ] as const
  ).map(([what, path, why]): Refused => [`a mount ${what} (${path})`, mount(path), `${mountAt}.mountPath`, why]),
  [
    "a mount that reaches the host",
    mount("/data", { mountPropagation: "Bidirectional" }),
    `${mountAt}.mountPropagation`,
    /within the pod/,
  ],
  [
    "another volume in the place of one of our files",
    driver({ volumeMounts: [{ name: "v", mountPath: "/opt/sparkflow/attempt/attempt.json" }] }),
    mountAt,
    /own files/,
  ],
];

export const refusedInExecutor: Refused[] = [
  ...ofPods,
  ...ofSparksContainer(executor),
  ["a token", { spec: { automountServiceAccountToken: true } }, "spec.automountServiceAccountToken", /makes executors/],
  ["a host name, which Spark sets", { spec: { hostname: "x" } }, "spec.hostname", /Spark sets it/],
  [
    "a CPU request, which Spark sets",
    executor({ resources: { requests: { cpu: "2" } } }),
    `${first}.resources.requests.cpu`,
    /executor.cores/,
  ],
  [
    "a disk where Spark's local directory is, under another name",
    executor({ volumeMounts: [{ name: "v", mountPath: "/var/data/spark" }] }),
    `${mountAt}.mountPath`,
    /own files/,
  ],
];

type Allowed = [what: string, template: (container: string) => PodTemplate];
const spec = (fields: object) => () => ({ spec: fields });
const inSpark = (fields: object) => (name: string) => ({ spec: { containers: [{ name, ...fields }] } });
const mounted =
  (mountPath: string, more: object = {}) =>
  (name: string) => ({
    spec: {
      volumes: [{ name: "v", emptyDir: {} }],
      containers: [{ name, volumeMounts: [{ name: "v", mountPath, ...more }] }],
    },
  });
const sources: [string, object][] = [
  ["emptyDir", { emptyDir: { medium: "Memory", sizeLimit: "1Gi" } }],
  ["configMap", { configMap: { name: "a", items: [{ key: "a", path: "b" }] } }],
  ["secret", { secret: { secretName: "a", optional: true } }],
  ["persistentVolumeClaim", { persistentVolumeClaim: { claimName: "data" } }],
  [
    "ephemeral",
    {
      ephemeral: {
        volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
      },
    },
  ],
  ["downwardAPI", { downwardAPI: { items: [] } }],
  [
    "projected",
    { projected: { sources: [{ configMap: { name: "a" } }, { secret: { name: "b" } }, { downwardAPI: {} }] } },
  ],
  [
    "the secrets store",
    { csi: { driver: "secrets-store.csi.k8s.io", volumeAttributes: { secretProviderClass: "a" } } },
  ],
];

export const allowedTemplates: Allowed[] = [
  ["nothing", () => ({})],
  [
    "what kubectl prints of an empty template",
    () => ({ metadata: { creationTimestamp: null }, spec: { containers: [] } }),
  ],
  [
    "that it is a pod",
    () => ({ apiVersion: "v1", kind: "Pod", metadata: { labels: { team: "geo" }, annotations: { a: "b" } } }),
  ],
  [
    "where it runs",
    spec({
      nodeSelector: { pool: "spark" },
      tolerations: [{ key: "spot", operator: "Exists" }],
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [{ topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 1 }],
      priorityClassName: "low",
      preemptionPolicy: "Never",
      schedulerName: "volcano",
      runtimeClassName: "gvisor",
    }),
  ],
  [
    "names of hosts",
    spec({
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["1.1.1.1"] },
      hostAliases: [{ ip: "1.2.3.4", hostnames: ["a"] }],
    }),
  ],
  ["a longer grace", spec({ terminationGracePeriodSeconds: 600 })],
  [
    "another user, and groups",
    spec({ securityContext: { runAsUser: 1000, runAsGroup: 0, fsGroup: 2000, supplementalGroups: [5] } }),
  ],
  [
    "a filter of its own",
    spec({ securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "a.json" } } }),
  ],
  [
    "a safe kernel setting",
    spec({ securityContext: { sysctls: [{ name: "net.ipv4.tcp_keepalive_time", value: "60" }] } }),
  ],
  ...sources.map(([name, source]): Allowed => [`a volume: ${name}`, spec({ volumes: [{ name: "v", ...source }] })]),
  ["a disk of its own for /tmp", spec({ volumes: [{ name: "tmp", emptyDir: { medium: "Memory" } }] })],
  [
    "a claim for shuffles",
    (name) => ({
      spec: {
        volumes: [{ name: "spark-local-dir-1", persistentVolumeClaim: { claimName: "ssd" } }],
        containers: [{ name, volumeMounts: [{ name: "spark-local-dir-1", mountPath: "/var/data/spark" }] }],
      },
    }),
  ],
  ["a mount beside ours", mounted("/data", { subPath: "a", readOnly: true })],
  ["a mount below /tmp", mounted("/tmp/cache")],
  ["shared memory", mounted("/dev/shm")],
  ["variables", inSpark({ env: [{ name: "A", value: "$(POD_IP)" }], envFrom: [{ secretRef: { name: "a" } }] })],
  [
    "a GPU and a limit of CPU",
    inSpark({ resources: { limits: { "nvidia.com/gpu": "1", cpu: "4" }, requests: { "ephemeral-storage": "1Gi" } } }),
  ],
  ["a root file system that is read only", inSpark({ securityContext: { readOnlyRootFilesystem: true } })],
  [
    "the right to low ports",
    inSpark({ securityContext: { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } } }),
  ],
  [
    "a pull policy, hooks and probes",
    inSpark({
      imagePullPolicy: "Always",
      lifecycle: { preStop: { exec: { command: ["sleep", "1"] } } },
      readinessProbe: { httpGet: { port: 4040, path: "/" } },
    }),
  ],
  [
    "a sidecar and an init container",
    () => ({
      spec: {
        containers: [
          {
            name: "proxy",
            image: "proxy:1",
            command: ["a"],
            args: ["b"],
            resources: { limits: { memory: "64Mi" } },
            env: [{ name: "JAVA_HOME", value: "x" }],
          },
        ],
        initContainers: [
          { name: "wait", image: "busybox" },
          { name: "mesh", image: "mesh:1", restartPolicy: "Always" },
        ],
      },
    }),
  ],
  [
    "null, which is nothing",
    () => ({ metadata: { finalizers: null }, spec: { securityContext: null, containers: null } }),
  ],
];

const refusedPart: [key: string, value: string, why: RegExp][] = [
  ["spark.kubernetes.executor.volumes.hostPath.data.mount.path", "/data", /no files of their host/],
  ["spark.kubernetes.executor.volumes.nfs.data.mount.path", "/data", /emptyDir, persistentVolumeClaim/],
  ["spark.kubernetes.driver.volumes.hostPath.data.mount.path", "/data", /driver.podTemplate/],
  ["spark.kubernetes.executor.volumes.emptyDir.x.mount.path", "/opt/../opt/sparkflow", /own files/],
  ["spark.kubernetes.executor.volumes.emptyDir.x.mount.path", "/tmp/", /own files/],
  ["spark.kubernetes.executor.volumes.emptyDir.cm-x.mount.path", "/data", /operator's/],
  ["spark.kubernetes.executor.secrets.lake", "/etc/lake", /secret volume/],
  ["spark.kubernetes.executor.secretKeyRef.TOKEN", "lake:token", /secretConf/],
  ["spark.kubernetes.driver.secretKeyRef.TOKEN", "lake:token", /secretConf/],
  ["spark.kubernetes.driverEnv.A", "b", /field env/],
  ["spark.kubernetes.executor.pod.featureSteps", "evil.Step", /pass by the list/],
  ["spark.kubernetes.driver.pod.featureSteps", "evil.Step", /driver.podTemplate/],
  ["spark.kubernetes.allocation.pods.allocator", "statefulset", /makes itself/],
  ["spark.kubernetes.trust.certificates", "true", /its own cluster/],
  ["spark.kubernetes.context", "prod", /runs in/],
  ["spark.kubernetes.file.upload.path", "s3a://x", /deps/],
  ["spark.kubernetes.hadoop.configMapName", "x", /confFiles/],
  ["spark.kubernetes.kerberos.krb5.path", "/etc/krb5.conf", /Kerberos/],
  ["spark.kubernetes.scheduler.volcano.podGroupTemplateFile", "/x", /schedulerName/],
  ["spark.kubernetes.driver.label.sparkflow.dev/task-uid", "x", /choose another/],
  ["spark.kubernetes.executor.label.spark-app-selector", "x", /choose another/],
  ["spark.kubernetes.executor.annotation.sparkflow.dev/stop", "x", /choose another/],
  ["spark.kubernetes.executor.decommissionLabel", "spark-role", /choose another/],
];
export const refusedConf = refusedPart;

export const allowedConf: [key: string, value: string][] = [
  ["spark.kubernetes.executor.request.cores", "500m"],
  ["spark.kubernetes.executor.limit.cores", "2"],
  ["spark.kubernetes.driver.request.cores", "500m"],
  ["spark.kubernetes.driver.limit.cores", "2"],
  ["spark.kubernetes.allocation.batch.size", "20"],
  ["spark.kubernetes.node.selector.pool", "spark"],
  ["spark.kubernetes.driver.label.team", "geo"],
  ["spark.kubernetes.executor.annotation.note", "x"],
  ["spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.mount.path", "/var/data/spark"],
  ["spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1.options.claimName", "OnDemand"],
  ["spark.kubernetes.executor.volumes.emptyDir.cache.mount.path", "/cache"],
  ["spark.kubernetes.executor.deleteOnTermination", "true"],
  ["spark.kubernetes.scheduler.name", "volcano"],
  ["spark.kubernetes.local.dirs.tmpfs", "true"],
  ["spark.kubernetes.container.image.pullPolicy", "Always"],
  ["spark.executor.resource.gpu.amount", "1"],
];
