"""One row that Sedona has computed in Spark's tasks, and when: the same program for operator and spark-submit."""

import time

from sedona.spark import SedonaContext

spark = SedonaContext.create(SedonaContext.builder().getOrCreate())
row = spark.sql("SELECT ST_AsText(ST_Point(id, 2)) AS p FROM range(0, 8, 1, 4)").collect()[0]
assert row.p == "POINT (0 2)", row
print("first row at", time.time(), flush=True)
spark.stop()
