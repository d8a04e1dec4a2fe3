// Failures by the program, its data or its sizes. An exception of the program's has its class as the reason: the commonest of
// Spark's have a page, any other the page of `exception` in reasons.ts.
import type { Reasons } from "./reason.ts";

const log = "`sparkflow logs` prints the driver's log with the whole traceback.";

export const program: Reasons = {
  SchemaMismatch: {
    of: ["Program"],
    means: "Data differs from the schema or the CRS that the manifest declares for it. Nothing was published.",
    mend: [
      "The message names the first column that differs: correct the program, or `schema` in the manifest.",
      "Column types are Spark's DDL; `geometry GEOMETRY` is a geometry.",
    ],
    more: "task-code.md#schemas",
  },
  InputMissing: {
    of: ["Program"],
    means: "There is nothing at an input's URI, or no files of its format.",
    mend: [
      "Check the URI in the message: the prefix, the date in it, and whether another task should have written it.",
      "On a laptop `paths` of sparkflow.local.yaml says where a prefix such as s3a://lake is.",
    ],
    more: "local-runs.md#paths",
  },
  InputUnreadable: {
    of: ["Program"],
    means:
      "An input at a URL could not be downloaded: it was refused, its address can't be reached, or its certificate isn't trusted.",
    mend: [
      "The message has the server's answer, or the network's. A pod may need a proxy (`env`: HTTPS_PROXY) or a network policy.",
      "For an authority of your own, SSL_CERT_FILE in `env` names the file of its certificate.",
    ],
    more: "task-code.md#inputs-at-a-url",
  },
  OutputMissing: {
    of: ["Program"],
    means: "The program ended without having written an output that the manifest declares, or without any result.",
    mend: [
      "Return the data from the function, give it to `sparkflow.output(NAME, data)`, or write it to `$(outputs.NAME.uri)`.",
      "A program that ends its process itself (`os._exit`, `System.exit`) leaves no result: let it return.",
    ],
    more: "task-code.md",
  },
  SparkflowError: {
    of: ["Input"],
    means:
      "A wrong declaration, or a wrong use of the library: an argument that nothing is bound to, no such output, values of more than 2 KiB.",
    mend: ["The message says which name was expected. Another attempt would end alike, so there is none."],
    more: "task-code.md#errors",
  },
  SystemExit: {
    of: ["Program"],
    means: "The program ended itself with `sys.exit` and another code than 0.",
    mend: ["The exit code is the program's own word: its last lines in the log say what it means."],
  },
  JavaProgramFailed: {
    of: ["Program"],
    means: "A jar's JVM ended with another exit code than 0, and no exception ended its main thread.",
    mend: ["The log has what the program printed before it called `System.exit`."],
    more: "task-code.md#jars",
  },
  SparkJvmExited: {
    of: ["Program"],
    means:
      "Spark's JVM ended before the program did: it crashed, ran out of memory, or something called System.exit in it.",
    mend: ["The log has the JVM's last words.", "Out of memory: raise `driver.memory`."],
  },
  OutOfMemoryError: {
    of: ["Program"],
    means: "The JVM's heap was too small: the driver's, or that of an executor whose error reached the driver.",
    mend: [
      "Raise `driver.memory`; for an executor's `executor.memory`.",
      "Collect less to the driver (`toPandas`, `collect`, broadcast joins), or use more partitions. `sparkflow plan` shows the memory model.",
    ],
    more: "settings.md#memory",
  },
  OOMKilled: {
    of: ["Program"],
    means: "The driver's container took more memory than its limit, and the kernel killed it.",
    mend: [
      "Python and native code need memory outside of the heap: raise `driver.memoryOverhead`.",
      "If the heap itself is too small, raise `driver.memory`, and the limit rises with it.",
    ],
    more: "settings.md#memory",
  },
  AnalysisException: {
    of: ["Program"],
    means: "Spark doesn't find a table, view or column, or the types of an expression don't fit.",
    mend: [
      "The message suggests names that are there. In SQL an input is a view of its name, with `-` also as `_`.",
      "Of SQL the place has the line, and the message a caret below the mistake.",
    ],
    more: "task-code.md#sql",
  },
  ParseException: {
    of: ["Program"],
    means: "A SQL text isn't valid.",
    mend: ["The message has the line and a caret. Statements are separated by `;`, and params are written `:name`."],
    more: "task-code.md#sql",
  },
  ModuleNotFoundError: {
    of: ["Program"],
    means: "The program imports a module that the driver's, or an executor's, Python hasn't got.",
    mend: [
      "On a cluster the image must hold the package; on a laptop the Python that runs Spark (`python` in sparkflow.local.yaml).",
      "A module of your own goes beside the program: into the same ConfigMap (`configMapGenerator.files`), or `deps.pyFiles`.",
    ],
    more: "images.md",
  },
  SparkException: {
    of: ["Program"],
    means: "Spark gave up on a job, mostly because one of its tasks failed several times.",
    mend: [
      "The message ends with the cause in the task; the log has its stack.",
      "If executors were lost, their memory is the usual reason: `executor.memoryOverhead`.",
    ],
  },
  Py4JJavaError: { of: ["Program"], means: "A Java exception whose JVM couldn't say more.", mend: [log] },
  ClassNotFoundException: {
    of: ["Program"],
    means: "A class isn't on the class path: a data source, a file system, or a library of the program.",
    mend: ["Add its jar by `deps.jars` or `deps.packages`, for driver and executors alike; s3a:// needs hadoop-aws."],
    more: "local-runs.md#paths",
  },
  ClassNotFound: {
    of: ["Program"],
    means: "A jar's main class isn't in the jar or on the class path.",
    mend: ["Check `jar.mainClass` (the full name, with its package) and `jar.file`."],
    more: "task-code.md#jars",
  },
  ExecutorsFailed: {
    of: ["Program"],
    means: "More executors failed than `spark.executor.maxNumFailures` allows.",
    mend: [
      "The driver's log and the executors' say why; mostly memory: `executor.memoryOverhead` or `executor.memory`.",
    ],
    more: "settings.md#memory",
  },
  UncaughtException: {
    of: ["Program"],
    means: "A thread of the driver threw an exception that nobody caught.",
    mend: [log],
  },
  Crashed: {
    of: ["Program"],
    means: "The driver's process crashed (SIGABRT or SIGSEGV): in native code of a library, or in the JVM itself.",
    mend: [
      "The log has the JVM's or the library's words. Look for versions of native libraries that don't fit each other.",
    ],
  },
  InitContainerFailed: {
    of: ["Program"],
    means: "An init container of the driver's pod ended badly, so the driver never began.",
    mend: ["The message has its name and last words; `kubectl logs POD -c NAME` has the rest."],
    more: "pod-templates.md",
  },
  Cancelled: {
    of: ["Cancelled"],
    means: "Somebody asked for the end: `sparkflow cancel`, `spec.cancel: true`, or Ctrl-C on a laptop.",
    more: "control.md#cancel",
  },
  Superseded: {
    of: ["Cancelled"],
    means: "The task was edited while this attempt ran: the attempt was stopped, and the edited task starts.",
    more: "cluster.md#what-starts-a-run",
  },
  Stopped: {
    of: ["Cancelled"],
    means: "Somebody else than the operator set the driver pod's `activeDeadlineSeconds` to its end.",
    mend: ["To end a task use `sparkflow cancel`; to run it again edit it, or delete and apply it."],
  },
  DriverEnded: { of: ["Cancelled"], means: "The driver has ended, so the other containers of its pod are ended." },
  RunTimeout: {
    of: ["Timeout"],
    means: "The attempt ran longer than `timeouts.run`.",
    mend: ["Raise `timeouts.run`, give the task more cores, or look in the log for what it waited for."],
    more: "flows.md#retries-and-time-outs",
  },
  StartTimeout: {
    of: ["Timeout"],
    means: "The driver didn't begin to run within `timeouts.start`.",
    mend: [
      "What it waited for stands in the Events: `kubectl describe sparktask NAME`. Mostly cores or memory, an image, or a volume.",
      "Raise `timeouts.start` where nodes take long to come.",
    ],
    more: "flows.md#retries-and-time-outs",
  },
};
