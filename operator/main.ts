// The operator's process: options → client → controllers → health → signals.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { Command, Option } from "commander";
import pino from "pino";
import { durationMs } from "./api/quantity.ts";
import { serveHealth } from "./controllers/http.ts";
import { Manager } from "./controllers/manager.ts";
import { createMetrics } from "./controllers/metrics.ts";
import { releasePods } from "./controllers/releasePods.ts";
import { sleep } from "./kube/backoff.ts";
import { createClient } from "./kube/client.ts";
import { loadEndpoint } from "./kube/endpoint.ts";
import { isNotFound } from "./kube/errors.ts";
import { elect } from "./kube/lease.ts";
import { sparkTasks } from "./kube/resources.ts";
import { defaultEngineName } from "./task/resolve.ts";

type Options = {
  watchNamespaces?: string;
  namespace?: string;
  defaultEngine: string;
  driverImage?: string;
  allowInPods?: string;
  healthPort: string;
  logLevel: string;
  kubeconfig?: string;
  leaderElect: boolean;
  relist: string;
};

const leaseName = "sparkflow-operator";
/** A watch is noticed as silent within 45 s; for longer nothing may pass that says that all is well. */
const stalestMs = 120_000;

const option = (flags: string, description: string, variable: string) => new Option(flags, description).env(variable);
const withPlace = (command: Command): Command =>
  command
    .addOption(
      option(
        "--watch-namespaces <LIST>",
        "namespaces to serve, comma-separated; default: all",
        "SPARKFLOW_WATCH_NAMESPACES",
      ),
    )
    .addOption(option("--namespace <NAME>", "namespace of the Lease; default: the pod's own", "SPARKFLOW_NAMESPACE"))
    .addOption(option("--kubeconfig <FILE>", "default: the pod's service account", "SPARKFLOW_KUBECONFIG"))
    .addOption(
      option("--log-level <LEVEL>", "least level that is logged", "SPARKFLOW_LOG_LEVEL")
        .choices(["trace", "debug", "info", "warn", "error"])
        .default("info"),
    );

const program = withPlace(new Command("sparkflow-operator"))
  .description("Runs SparkTasks and SparkFlows of a cluster. Every option is an environment variable as well.")
  // Else the options of a command would be taken for the program's own, which have the same names.
  .enablePositionalOptions()
  .addOption(
    option("--default-engine <NAME>", "engine of tasks that name none", "SPARKFLOW_DEFAULT_ENGINE").default(
      defaultEngineName,
    ),
  )
  .addOption(option("--driver-image <IMAGE>", "image of tasks and engines that name none", "SPARKFLOW_DRIVER_IMAGE"))
  .addOption(
    option(
      "--allow-in-pods <LIST>",
      "what pod templates may say beyond the allow-list, comma-separated; see docs/pod-templates.md",
      "SPARKFLOW_ALLOW_IN_PODS",
    ),
  )
  .addOption(
    option("--health-port <PORT>", "port of /healthz, /readyz and /metrics; 0: any", "SPARKFLOW_HEALTH_PORT").default(
      "8080",
    ),
  )
  .addOption(
    option(
      "--relist <DURATION>",
      "how often everything is listed again at least, so that nothing stays wrong for ever",
      "SPARKFLOW_RELIST",
    ).default("30m"),
  )
  .addOption(new Option("--no-leader-elect", "lead without a Lease: only where there is surely one process"))
  .action(run)
  .addCommand(
    withPlace(new Command("release-pods"))
      .description("Takes the tracking finalizer off all driver pods, for good: what the chart's removal does last.")
      .action(release),
  );

/** The first look at everything has ended by then. */
const settledMs = 3000;

/** The first lists leave a heap three times as big as what is kept of them. Needs --expose-gc, as the image has it. */
function collectGarbage(): void {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

async function run(options: Options): Promise<void> {
  const metrics = createMetrics();
  const { log, endpoint, client, identity, stopping, namespaces } = await begin(options, metrics);
  await askForKinds(client, namespaces?.[0], log, stopping.signal);
  const manager = new Manager({
    client,
    log,
    namespaces,
    identity,
    defaultEngine: options.defaultEngine,
    ...(options.driverImage ? { driverImage: options.driverImage } : {}),
    allowInPods: listOf(options.allowInPods),
    onHandled: metrics.onHandled,
    relistMs: durationMs(options.relist),
  });
  let synced = false;
  const health = await serveHealth(Number(options.healthPort), {
    notReady: () => {
      if (!synced) return "the first lists aren't complete";
      const silent = manager.freshMs();
      return silent > stalestMs ? `nothing was heard of the API server for ${Math.round(silent / 1000)} s` : undefined;
    },
    beforeMetrics: () => metrics.depth.set({ name: "sparkflow" }, manager.queue.depth),
    registry: metrics.registry,
  }).catch((error: Error): never => {
    console.error(`--health-port ${options.healthPort} can't be served: ${error.message}`);
    process.exit(2);
  });
  const watching = manager.watch(stopping.signal);
  void manager.synced().then(() => {
    synced = true;
    log.info({ identity, namespaces: namespaces ?? "all" }, "knows the cluster");
    setTimeout(collectGarbage, settledMs).unref();
  });

  const lead = async (signal: AbortSignal) => {
    await Promise.race([manager.synced(), aborted(signal)]);
    metrics.leading.set({ name: leaseName }, 1);
    await manager.lead(signal);
  };
  const end = options.leaderElect
    ? await elect({
        client,
        namespace: leaseNamespace(options, endpoint.namespace),
        name: leaseName,
        identity,
        signal: stopping.signal,
        onLead: lead,
        log,
      })
    : await lead(stopping.signal);
  stopping.abort();
  await watching;
  health.close();
  client.close();
  log.info({ end: end ?? "stopped" }, "ended");
  // Whoever lost the Lease begins anew, as another process.
  process.exit(end === "lost" ? 1 : 0);
}

/** A comma-separated option's items. */
const listOf = (text = ""): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);

type Place = Pick<Options, "kubeconfig" | "logLevel" | "watchNamespaces" | "namespace">;

/** What every command begins with. */
async function begin(options: Place, metrics: Partial<ReturnType<typeof createMetrics>>) {
  const log = pino({ level: options.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const endpoint = await loadEndpoint(options.kubeconfig ? { kubeconfig: options.kubeconfig } : {});
  const client = createClient(endpoint, { userAgent: "sparkflow-operator", ...metrics });
  // A pod's name is its own, also after a restart of the container, which so needn't wait for its own Lease.
  const inPod = process.env.KUBERNETES_SERVICE_HOST !== undefined;
  const identity = inPod ? hostname() : `${hostname()}-${randomBytes(3).toString("hex")}`;
  const stopping = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stopping.abort());
  const listed = listOf(options.watchNamespaces);
  return { log, endpoint, client, identity, stopping, namespaces: listed.length > 0 ? listed : undefined };
}

async function release(options: Place): Promise<void> {
  const { log, endpoint, client, identity, stopping, namespaces } = await begin(options, {});
  await elect({
    client,
    namespace: leaseNamespace(options, endpoint.namespace),
    name: leaseName,
    identity,
    signal: stopping.signal,
    onLead: () => releasePods(client, namespaces, log).then(() => stopping.abort()),
    log,
  });
  client.close();
}

function leaseNamespace({ namespace }: Pick<Options, "namespace">, own: string | undefined): string {
  const name = namespace ?? own;
  if (name) return name;
  console.error("--namespace is needed here: it says where the Lease is, and no pod's service account tells it");
  return process.exit(2);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve())));

/** Waits until the kinds are there, and says what to do meanwhile. */
async function askForKinds(
  client: ReturnType<typeof createClient>,
  namespace: string | undefined,
  log: pino.Logger,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await client.list(sparkTasks, namespace, { limit: 1 }, { signal });
      return;
    } catch (error) {
      const fix = isNotFound(error)
        ? "the kinds aren't installed: kubectl apply --server-side -f crds/"
        : (error as Error).message;
      log.warn({ err: isNotFound(error) ? undefined : error }, `waiting for the API server: ${fix}`);
      await sleep(2000, signal);
    }
  }
}

await program.parseAsync();
