"""Words for keys that Spark knows and describes only on its web pages, in ours: one `key: text` a line."""

DOCS = dict(
    line.split(": ", 1)
    for line in """
spark.acls.enable: Whether web UI and job control ask who may.
spark.app.id: Id of the application; made by the cluster manager unless set.
spark.app.name: Name of the application, shown in web UI and logs.
spark.authenticate: Whether Spark's internal connections authenticate.
spark.authenticate.enableSaslEncryption: Whether SASL-based encryption is on; needs spark.authenticate.
spark.authenticate.secret: The secret with which connections authenticate.
spark.buffer.size: Buffer for reading and writing files.
spark.cleaner.periodicGC.interval: How often to run the garbage collector so that unused shuffles are cleaned.
spark.default.parallelism: Partitions of RDD operations such as join and reduceByKey when none are asked for.
spark.driver.defaultJavaOptions: JVM options put before spark.driver.extraJavaOptions.
spark.driver.extraClassPath: Entries put before the driver's class path.
spark.driver.extraJavaOptions: JVM options of the driver; the heap is spark.driver.memory's business.
spark.driver.extraLibraryPath: Native library path of the driver's JVM.
spark.driver.libraryPath: Old name of spark.driver.extraLibraryPath.
spark.driver.userClassPathFirst: Whether users' jars come before Spark's own on the driver.
spark.dynamicAllocation.cachedExecutorIdleTimeout: How long an executor with cached data may be idle.
spark.dynamicAllocation.enabled: Whether the number of executors follows the work.
spark.dynamicAllocation.executorAllocationRatio: Part of full parallelism that executors are asked for.
spark.dynamicAllocation.executorIdleTimeout: How long an executor may be idle before it is removed.
spark.dynamicAllocation.initialExecutors: Executors to begin with when dynamic allocation is on.
spark.dynamicAllocation.maxExecutors: Most executors when dynamic allocation is on.
spark.dynamicAllocation.minExecutors: Fewest executors when dynamic allocation is on.
spark.dynamicAllocation.schedulerBacklogTimeout: How long tasks may wait before executors are asked for.
spark.dynamicAllocation.shuffleTracking.enabled: Keep executors with shuffle data; replaces a shuffle service.
spark.dynamicAllocation.shuffleTracking.timeout: How long executors that hold shuffle data are kept.
spark.dynamicAllocation.sustainedSchedulerBacklogTimeout: The same wait before further executors are asked for.
spark.eventLog.compress: Whether event logs are compressed.
spark.eventLog.dir: Folder of event logs, which a history server reads.
spark.eventLog.enabled: Whether Spark's events are logged for a history server.
spark.eventLog.logBlockUpdates.enabled: Whether block updates are logged too.
spark.eventLog.overwrite: Whether an existing event log is overwritten.
spark.excludeOnFailure.enabled: Whether executors and nodes with many failed tasks get no more.
spark.executor.cores: Cores of each executor.
spark.executor.defaultJavaOptions: JVM options put before spark.executor.extraJavaOptions.
spark.executor.extraClassPath: Entries put before the executors' class path.
spark.executor.extraJavaOptions: JVM options of executors; the heap is spark.executor.memory's business.
spark.executor.extraLibraryPath: Native library path of the executors' JVMs.
spark.executor.heartbeatInterval: How often executors report to the driver; well below spark.network.timeout.
spark.executor.instances: Number of executors, or of first executors when dynamic allocation is on.
spark.executor.logs.rolling.maxRetainedFiles: How many rolled log files are kept.
spark.executor.logs.rolling.maxSize: Size at which executor logs roll.
spark.executor.logs.rolling.strategy: When executor logs roll: time or size.
spark.executor.pyspark.memory: Memory of each executor's Python workers; without it they use the overhead.
spark.executor.userClassPathFirst: Whether users' jars come before Spark's own on executors.
spark.files: Files put into each executor's working directory.
spark.files.fetchTimeout: Time-out for fetching files from the driver.
spark.files.overwrite: Whether fetched files replace those that exist.
spark.files.useFetchCache: Whether executors of a machine share fetched files.
spark.hadoop.cloneConf: Whether each task gets a Hadoop Configuration of its own.
spark.hadoop.validateOutputSpecs: Whether saving an RDD checks that the output doesn't exist.
spark.home: Folder where Spark is installed.
spark.io.encryption.enabled: Whether Spark encrypts what it spills to local disks.
spark.jars: Jars put on the class path of driver and executors.
spark.kryo.classesToRegister: Classes to register with Kryo.
spark.kryo.referenceTracking: Whether Kryo follows references to the same object.
spark.kryo.registrationRequired: Whether Kryo refuses classes that aren't registered.
spark.kryo.registrator: Classes that register classes with Kryo.
spark.kryo.unsafe: Whether Kryo uses unsafe input and output, which is faster.
spark.kryoserializer.buffer: First size of Kryo's buffer, one for each core.
spark.kryoserializer.buffer.max: Largest size of Kryo's buffer; larger than any object serialised, and below 2048m.
spark.local.dir: Folders for shuffle files and spilled data; Kubernetes' own volumes win.
spark.locality.wait: How long to wait for a place near the data before taking one further away.
spark.locality.wait.node: The wait for a place on the same machine.
spark.locality.wait.process: The wait for a place in the same process.
spark.locality.wait.rack: The wait for a place in the same rack.
spark.logConf: Whether the effective settings are logged when the application begins.
spark.master: Where Spark runs, such as k8s://… or local[4].
spark.metrics.conf: File with metrics settings.
spark.metrics.namespace: Root of metrics' names instead of the application's id.
spark.network.crypto.enabled: Whether connections are encrypted with AES; needs spark.authenticate.
spark.network.timeout: Time-out of all network interactions that have none of their own.
spark.port.maxRetries: How many further ports are tried when one is taken.
spark.pyspark.driver.python: Python of the driver.
spark.pyspark.python: Python of driver and executors.
spark.python.worker.reuse: Whether Python workers are used for more than one task.
spark.rdd.limit.initialNumPartitions: Partitions that take() tries first.
spark.rdd.limit.scaleUpFactor: How fast take() tries more partitions.
spark.remote: URL of a Spark Connect server, instead of a master.
spark.resultGetter.threads: Threads that fetch tasks' results.
spark.rpc.askTimeout: Time-out of a remote call.
spark.rpc.lookupTimeout: Time-out of finding a remote endpoint.
spark.rpc.message.maxSize: Largest message between driver and executors, in MiB.
spark.scheduler.allocation.file: XML file of the fair scheduler's pools.
spark.scheduler.maxRegisteredResourcesWaitingTime: Longest wait for executors before scheduling begins.
spark.scheduler.minRegisteredResourcesRatio: Part of the executors that must be there before scheduling begins.
spark.scheduler.mode: FIFO, or FAIR to share between jobs of one application.
spark.scheduler.pool: Pool of jobs under the fair scheduler.
spark.serializer: Class that serialises objects; Kryo is faster than Java's.
spark.serializer.objectStreamReset: After how many objects Java's serialiser forgets them.
spark.shuffle.manager: How shuffles are done: sort, or a class.
spark.shuffle.service.enabled: Whether an external shuffle service keeps shuffle files; Kubernetes has none.
spark.shuffle.service.port: Port of the external shuffle service.
spark.speculation: Whether slow tasks are started a second time.
spark.speculation.interval: How often to look for slow tasks.
spark.speculation.multiplier: How many times slower than the median counts as slow.
spark.speculation.quantile: Part of a stage's tasks that must be done before slow ones are looked for.
spark.sql.catalogImplementation: in-memory, or hive for Hive support.
spark.sql.sources.commitProtocolClass: Class that commits what a job writes.
spark.sql.sources.outputCommitterClass: Hadoop output committer of data sources.
spark.stage.maxConsecutiveAttempts: How often a stage may fail in a row.
spark.storage.replication.policy: Class that chooses where copies of cached blocks go.
spark.submit.deployMode: Where the driver runs: client or cluster.
spark.submit.pyFiles: Python files, zips and eggs to import from.
spark.task.cpus: Cores that each task takes.
spark.task.maxFailures: How often one task may fail before the job does.
spark.task.reaper.enabled: Whether killed tasks are watched until they have ended.
spark.ui.proxyBase: Path under which a reverse proxy serves the web UI.
spark.ui.retainedJobs: Jobs kept in the web UI.
spark.ui.retainedStages: Stages kept in the web UI.
spark.ui.retainedTasks: Tasks kept for each stage in the web UI.
spark.ui.view.acls: Users who may see the web UI.
spark.streaming.backpressure.enabled: Whether receiving rates follow processing rates.
spark.streaming.blockInterval: How often received data becomes a block.
spark.streaming.receiver.maxRate: Most records a second of each receiver.
spark.streaming.stopGracefullyOnShutdown: Whether a JVM that ends finishes received data first.
spark.streaming.unpersist: Whether RDDs of streams are forgotten when they aren't needed.
""".strip().splitlines()
)
