"""The seed's session factory as a plain script: what people have today. Settings and order are the seed's own."""

import datetime
import os
import sys
import tempfile
import time
from pathlib import Path

from pyspark.sql import SparkSession


def build_spark_temp_dir() -> str:
    ts = datetime.datetime.now().strftime("%Y%m%d_%H%M%S_%f")
    spark_temp_dir = Path(tempfile.gettempdir()) / "spark_temp" / f"spark_{ts}"
    spark_temp_dir.mkdir(parents=True, exist_ok=True)
    return spark_temp_dir.as_posix()


def build_spark_session(app_name: str, extra_jar_folder_path: str, driver_memory: str = "4g"):
    builder = (
        SparkSession.builder.appName(app_name)
        .master("local[4]")
        .config("spark.driver.memory", driver_memory)
        .config("spark.sql.adaptive.enabled", "true")
        .config("spark.sql.adaptive.coalescePartitions.enabled", "true")
        .config("spark.sql.adaptive.advisoryPartitionSizeInBytes", "128MB")
        .config("spark.sql.adaptive.maxNumPostShufflePartitions", "100")
        .config("spark.sql.adaptive.minNumPostShufflePartitions", "1")
        .config("spark.network.timeout", "800s")
        .config("spark.executor.heartbeatInterval", "90s")
        .config(
            "spark.sql.sources.commitProtocolClass",
            "org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol",
        )
        .config("spark.driver.maxResultSize", "4g")
        .config("spark.sql.files.maxPartitionBytes", "128m")
        .config("spark.reducer.maxSizeInFlight", "48m")
        .config("spark.memory.fraction", "0.7")
        .config("spark.memory.storageFraction", "0.3")
        .config("spark.shuffle.spill", "true")
        .config("spark.shuffle.spill.compress", "true")
        .config("spark.shuffle.compress", "true")
        .config(
            "spark.driver.extraJavaOptions",
            "-XX:+UseG1GC -XX:InitiatingHeapOccupancyPercent=35 -XX:+HeapDumpOnOutOfMemoryError",
        )
        .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
        .config("spark.kryoserializer.buffer", "64m")
        .config("spark.kryoserializer.buffer.max", "512m")
    )
    builder = builder.config("spark.local.dir", build_spark_temp_dir())
    jar_files = [str(p) for p in Path(extra_jar_folder_path).iterdir() if p.is_file() and p.suffix == ".jar"]
    return builder.config("spark.jars", ",".join(jar_files)).getOrCreate()


spark = build_spark_session("my-sedona-demo", sys.argv[1])
from sedona.spark import SedonaContext  # noqa: E402  (where the seed has it)

sedona = SedonaContext.create(spark)
assert sedona.sql("SELECT ST_AsText(ST_Point(1, 2)) AS p").collect()[0].p == "POINT (1 2)"
Path(os.environ["FIRST_ROW_AT"]).write_text(repr(time.time()))
spark.stop()
