"""What the conf catalogue needs and no class file says: keys of modules outside the image, families of keys with a
variable part, types of keys that Spark reads as plain strings, and constants that look like keys and aren't."""

# Keys with a variable part; `*` stands for one or more characters. Source: Spark's configuration, monitoring, security
# and running-on-kubernetes pages, and the constants in the jars that end in a dot.
FAMILIES = {
    "core": {
        "spark.hadoop.*": "Passed to Hadoop's Configuration without the prefix spark.hadoop.",
        "spark.hive.*": "Passed to Hive as hive.*.",
        "spark.executorEnv.*": "An environment variable of the executors.",
        "spark.metrics.conf.*": "A line of metrics.properties.",
        "spark.ssl.*": "TLS of one of Spark's services, such as spark.ssl.ui.keyStore.",
        "spark.io.encryption.commons.config.*": "A setting of the commons-crypto library for files that Spark spills.",
        "spark.network.crypto.config.*": "A setting of the commons-crypto library for connections.",
        "spark.driver.resource.*.amount": "How many of a resource (such as gpu) the driver has.",
        "spark.driver.resource.*.discoveryScript": "A script that finds the driver's addresses of a resource.",
        "spark.driver.resource.*.vendor": "Vendor of a resource of the driver, such as nvidia.com.",
        "spark.executor.resource.*.amount": "How many of a resource (such as gpu) each executor has.",
        "spark.executor.resource.*.discoveryScript": "A script that finds an executor's addresses of a resource.",
        "spark.executor.resource.*.vendor": "Vendor of a resource of the executors, such as nvidia.com.",
        "spark.task.resource.*.amount": "How many of a resource a task takes; a fraction shares one.",
        "spark.worker.resource.*.amount": "How many of a resource a standalone worker has.",
        "spark.worker.resource.*.discoveryScript": "A script that finds a standalone worker's addresses of a resource.",
        "spark.scheduler.listenerbus.eventqueue.*.capacity": "Capacity of one queue of the listener bus.",
        "spark.security.credentials.*.enabled": "Whether to get delegation tokens for a service.",
        "spark.*.param.*": "A parameter of a servlet filter named in spark.ui.filters.",
    },
    "kubernetes": {
        **{
            f"spark.kubernetes.{role}.{family}": doc
            for role in ("driver", "executor")
            for family, doc in {
                "label.*": f"A label of the {role} pods.",
                "annotation.*": f"An annotation of the {role} pods.",
                "node.selector.*": f"A node label that the {role} pods ask for.",
                "secrets.*": f"Where to mount a Secret in the {role} pods.",
                "secretKeyRef.*": f"An environment variable of the {role} pods from a Secret, as NAME:KEY.",
                "volumes.*.*.mount.path": f"Where to mount a volume in the {role} pods.",
                "volumes.*.*.mount.subPath": f"Path inside a volume that is mounted in the {role} pods.",
                "volumes.*.*.mount.readOnly": f"Whether a volume of the {role} pods is mounted read-only.",
                "volumes.*.*.options.*": f"An option of a volume of the {role} pods.",
            }.items()
        },
        "spark.kubernetes.node.selector.*": "A node label that driver and executor pods ask for.",
        "spark.kubernetes.driver.service.label.*": "A label of the driver's Service.",
        "spark.kubernetes.driver.service.annotation.*": "An annotation of the driver's Service.",
        "spark.kubernetes.driverEnv.*": "An environment variable of the driver.",
        "spark.kubernetes.authenticate.*": "Credentials for Kubernetes' API server.",
    },
    "yarn": {
        "spark.yarn.appMasterEnv.*": "An environment variable of the application master.",
        "spark.yarn.am.resource.*": "A resource of the application master.",
        "spark.yarn.driver.resource.*": "A resource of the driver.",
        "spark.yarn.executor.resource.*": "A resource of the executors.",
    },
    "mesos": {
        "spark.mesos.dispatcher.driverDefault.*": "A default setting of drivers that the dispatcher starts.",
        "spark.mesos.dispatcher.queue.*": "A queue of the dispatcher.",
        "spark.mesos.driverEnv.*": "An environment variable of the driver.",
    },
    "sql": {"spark.sql.catalog.*": "A catalog by name, and its options."},
    # Keys of libraries that people add; what they know is theirs to say.
    "library": {
        f"spark.{prefix}.*": f"A setting of {name}."
        for prefix, name in {
            "cassandra": "the Cassandra connector",
            "celeborn": "Apache Celeborn",
            "comet": "Apache DataFusion Comet",
            "databricks": "Delta Lake or Databricks",
            "datasource": "a data source",
            "delta": "Delta Lake",
            "es": "the Elasticsearch connector",
            "gluten": "Apache Gluten",
            "hoodie": "Apache Hudi",
            "kafka.clusters": "a Kafka cluster's delegation tokens",
            "mongodb": "the MongoDB connector",
            "openlineage": "OpenLineage",
            "rapids": "RAPIDS",
            "rss": "Apache Uniffle",
            "sql.gluten": "Apache Gluten",
            "sql.iceberg": "Apache Iceberg",
        }.items()
    },
}

# Constants ending in a dot that begin keys known one by one, or that aren't for users.
NOT_FAMILIES = {
    "spark.app.initial.", "spark.hadoop.fs.s3a.bucket.", "spark.mesos.", "spark.plugins.internal.conf.",
    "spark.port.", "spark.rpc.io.", "spark.shuffle.plugin.__config__.", "spark.sql.", "spark.sql.adaptive.",
    "spark.sql.codegen.", "spark.sql.execution.", "spark.sql.optimizer.", "spark.sql.shuffle.",
    "spark.sql.streaming.stateStore.", "spark.streaming.",
    "spark.kubernetes.driver.volumes.", "spark.kubernetes.executor.volumes.",
}  # fmt: skip

# Constants that aren't settings: properties of a thread, a column, a table or a ConfigMap, and flags between processes.
NOT_SETTINGS = {
    "spark.app.initial.archive.urls", "spark.app.initial.file.urls", "spark.app.initial.jar.urls",
    "spark.app.startTime", "spark.app.submitTime", "spark.auth", "spark.driver", "spark.driver.appUIAddress",
    "spark.executor", "spark.executorEnv.OMP_NUM_THREADS", "spark.hadoop.fs.s3a.committer.magic.enabled",
    "spark.hadoop.fs.s3a.committer.name", "spark.hadoop.fs.s3a.downgrade.syncable.exceptions",
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version",
    "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a", "spark.job.description",
    "spark.job.interruptOnCancel", "spark.job.tags", "spark.jobGroup.id", "spark.kubernetes.authenticate",
    "spark.kubernetes.authenticate.driver", "spark.kubernetes.authenticate.driver.mounted",
    "spark.kubernetes.authenticate.executor", "spark.kubernetes.authenticate.submission",
    "spark.kubernetes.driverEnv.OMP_NUM_THREADS", "spark.kubernetes.executor.hadoopConfigMapName",
    "spark.kubernetes.kerberos.dt-secret-key", "spark.kubernetes.kerberos.dt-secret-name",
    "spark.kubernetes.setSubmitTimeInDriver", "spark.launcher.childConectionTimeout", "spark.launcher.port",
    "spark.launcher.secret", "spark.local.connect", "spark.mesos.driverEnv.OMP_NUM_THREADS", "spark.network",
    "spark.properties", "spark.rdd.scope", "spark.rdd.scope.noOverride", "spark.repl.class.outputDir",
    "spark.repl.class.uri", "spark.scheduler.listenerbus.eventqueue", "spark.sessionWindow", "spark.sql",
    "spark.sql.catalyst.type", "spark.sql.execution.id", "spark.sql.execution.root.id",
    "spark.sql.sources.schema.num", "spark.sql.sources.writeJobUUID", "spark.sql.streaming.stateStore.rocksdb",
    "spark.ssl", "spark.streaming.internal.batchTime", "spark.streaming.internal.outputOpId", "spark.task",
    "spark.timeWindow", "spark.watermarkDelayMs", "spark.worker", "spark.yarn.app.attemptId", "spark.yarn.app.id",
    "spark.yarn.appMasterEnv.OMP_NUM_THREADS",
}  # fmt: skip

# Defaults that Spark takes from the machine that it runs on, and one that is a host of somebody's.
MACHINE_DEFAULTS = {
    "spark.driver.host": "",
    "spark.history.fs.numReplayThreads": "",
    "spark.sql.maven.additionalRemoteRepositories": "",
    "spark.sql.session.timeZone": "",
    "spark.sql.warehouse.dir": "spark-warehouse",
}

# Types of keys that Spark reads as plain strings: key | type and unit of a bare number | default.
PLAIN_TYPES = """
spark.callstack.depth | int | 20
spark.default.parallelism | int | 
spark.files.fetchTimeout | time s | 60s
spark.files.overwrite | boolean | false
spark.files.useFetchCache | boolean | true
spark.graphx.pregel.checkpointInterval | int | -1
spark.hadoop.cloneConf | boolean | false
spark.hadoop.outputCommitCoordination.enabled | boolean | true
spark.hadoop.validateOutputSpecs | boolean | true
spark.logConf | boolean | false
spark.logLineage | boolean | false
spark.port.maxRetries | int | 16
spark.resultGetter.threads | int | 4
spark.shuffle.maxChunksBeingTransferred | long | 9223372036854775807
spark.shuffle.service.index.cache.size | bytes B | 100m
spark.stage.maxConsecutiveAttempts | int | 4
spark.starvation.timeout | time ms | 15s
spark.streaming.blockQueueSize | int | 10
spark.yarn.isHadoopProvided | boolean | 
"""

# Modules that aren't in the image, which people add: key | type and unit | default | doc.
# Source: spark-connect_2.12 and spark-sql-kafka-0-10_2.12 of 3.5.7; the Volcano line is from Spark's Kubernetes page.
MODULES = {
    "connect": """
spark.connect.grpc.binding.port | int | 15002 | The port for Spark Connect server to bind.
spark.connect.grpc.interceptor.classes | string |  | Class names of gRPC server interceptors.
spark.connect.grpc.arrow.maxBatchSize | bytes B | 4m | Most bytes of one Arrow batch sent to a client.
spark.connect.grpc.maxInboundMessageSize | bytes B | 128m | Most bytes of one request.
spark.connect.grpc.marshallerRecursionLimit | int | 1024 | Recursion limit of protobuf messages.
spark.connect.grpc.debug.enabled | boolean | false | Whether gRPC reflection is on.
spark.connect.execute.manager.detachedTimeout | time ms | 5m | When executions without a client end.
spark.connect.execute.manager.maintenanceInterval | time ms | 30s | How often to look for those.
spark.connect.execute.manager.abandonedTombstonesSize | int | 10000 | Abandoned executions remembered.
spark.connect.execute.reattachable.enabled | boolean | true | Whether clients can reattach.
spark.connect.execute.reattachable.senderMaxStreamDuration | time ms | 2m | Longest response stream.
spark.connect.execute.reattachable.senderMaxStreamSize | bytes B | 1g | Largest response stream.
spark.connect.execute.reattachable.observerRetryBufferSize | bytes B | 10m | Responses kept for retries.
spark.connect.extensions.relation.classes | string |  | Plugins for relations.
spark.connect.extensions.expression.classes | string |  | Plugins for expressions.
spark.connect.extensions.command.classes | string |  | Plugins for commands.
spark.connect.jvmStacktrace.maxSize | int | 2048 | Most characters of a JVM stack trace shown.
spark.connect.copyFromLocalToFs.allowDestLocal | boolean | false | Whether clients write the driver's files.
spark.sql.connect.ui.retainedSessions | int | 200 | Client sessions kept in the web UI.
spark.sql.connect.ui.retainedStatements | int | 200 | Statements kept in the web UI.
""",
    "kafka": """
spark.kafka.consumer.cache.capacity | int | 64 | Most consumers cached; a soft limit.
spark.kafka.consumer.cache.evictorThreadRunInterval | time ms | 1m | How often idle consumers are evicted.
spark.kafka.consumer.cache.jmx.enable | boolean | false | Whether the pools have JMX beans.
spark.kafka.consumer.cache.timeout | time ms | 5m | How long a consumer may be idle.
spark.kafka.consumer.fetchedData.cache.evictorThreadRunInterval | time ms | 1m | How often fetched data is evicted.
spark.kafka.consumer.fetchedData.cache.timeout | time ms | 5m | How long fetched data may be idle.
spark.kafka.producer.cache.evictorThreadRunInterval | time ms | 1m | How often idle producers are evicted.
spark.kafka.producer.cache.timeout | time ms | 10m | When unused producers are removed.
""",
    "kubernetes": """
spark.kubernetes.scheduler.volcano.podGroupTemplateFile | string |  | Template of Volcano's pod group.
""",
}

# Sedona's parameters, which have no words in the jar. Source: Sedona's page of parameters, else its code.
SEDONA = {
    "spark.sedona.dbscan.includeOutliers": ("Whether ST_DBSCAN's result holds the outliers too.", ()),
    "spark.sedona.enableParserExtension": ("Whether Sedona's SQL parser knows the type GEOMETRY.", ()),
    "spark.sedona.geoparquet.spatialFilterPushDown": (
        "Whether spatial filters skip GeoParquet files by bounding box.",
        (),
    ),
    "spark.sedona.global.index": ("Whether range and distance joins use a spatial index.", ()),
    "spark.sedona.global.indextype": ("Type of the spatial index.", ("quadtree", "rtree")),
    "spark.sedona.join.approxcount": ("Approximate number of rows of a join's inputs; -1 counts them.", ()),
    "spark.sedona.join.autoBroadcastJoinThreshold": (
        "Largest table that a spatial join broadcasts; -1 never. Default: spark.sql.autoBroadcastJoinThreshold.",
        (),
    ),
    "spark.sedona.join.boundary": ("Boundary of the data of a join as minX,maxX,minY,maxY.", ()),
    "spark.sedona.join.gridtype": (
        "How a join partitions space.",
        ("equalgrid", "kdbtree", "quadtree", "quadtree_rtree", "zorder"),
    ),
    "spark.sedona.join.indexbuildside": ("The side of a join on which the index is built.", ("left", "right")),
    "spark.sedona.join.knn.includeTieBreakers": (
        "Whether a nearest-neighbour join keeps all rows at equal distance.",
        (),
    ),
    "spark.sedona.join.numpartition": ("Partitions of both sides of a join; -1 keeps those there are.", ()),
    "spark.sedona.join.optimizationmode": ("Which spatial SQL joins are optimised.", ("all", "none", "nonequi")),
    "spark.sedona.join.spatitionside": ("The side of a join that decides the partitions.", ("left", "none", "right")),
    "spark.sedona.libpostal.dataDir": ("Folder of libpostal's model.", ()),
    "spark.sedona.libpostal.useSenzing": ("Whether libpostal uses Senzing's model.", ()),
    "spark.sedona.stac.load.itemsLimitMax": ("Most items read from a STAC collection.", ()),
    "spark.sedona.stac.load.maxPartitionItemFiles": ("Most STAC item files of one partition.", ()),
    "spark.sedona.stac.load.numPartitions": ("Number of partitions of a STAC source.", ()),
    "spark.sedona.stac.spatialFilterPushDown": ("Whether spatial and temporal filters go to the STAC source.", ()),
}
