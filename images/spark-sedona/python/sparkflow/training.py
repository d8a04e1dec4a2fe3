"""The program of the AppCDS training run: what it makes the JVM load is what an archive will hold.

The driver runs it as any other script, with SPARKFLOW_CDS_DUMP set. It does a little of everything that tasks do, in
the way that the driver does it: every format written and read, SQL with params, aggregation, Sedona's functions and a
spatial join, Python workers, Arrow. Its data is small and of its own making; nothing outside of TMPDIR is touched.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession, functions

from sparkflow import convert, formats, sql_text
from sparkflow.attempt import Data

SQL = """
CREATE OR REPLACE TEMPORARY VIEW big AS SELECT * FROM points WHERE n > :least;
WITH near AS (SELECT p.name, r.name AS region, ST_Distance(p.g, r.g) AS d
              FROM big p JOIN regions r ON ST_Intersects(r.g, p.g))
SELECT region, count(*) AS n, sum(d) AS d, max(name) AS last FROM near GROUP BY region ORDER BY n DESC
"""


def main() -> None:
    spark = SparkSession.builder.getOrCreate()
    with tempfile.TemporaryDirectory(prefix="sparkflow-training-") as folder:
        points = _points(spark)
        _formats(spark, Path(folder), points)
        _sql(spark, points)
        _aggregation(spark, points)
        _python(spark, points)
    spark.stop()


def _points(spark):
    return spark.range(0, 2000, 1, 4).selectExpr(
        "id AS n",
        "concat('p', id % 50) AS name",
        "current_date() AS day",
        "ST_SetSRID(ST_Point(CAST(id % 40 AS DOUBLE), CAST(id % 30 AS DOUBLE)), 4326) AS g",
    )


def _formats(spark, folder: Path, points) -> None:
    """Each format, once with a declared schema and once without."""
    plain = points.drop("g")
    frames = {"parquet": plain, "csv": plain, "json": plain, "text": plain.select("name"), "geoparquet": points}
    for format, frame in frames.items():
        declared = {
            "csv": "n BIGINT, name STRING, day DATE",
            "geoparquet": "g GEOMETRY, n BIGINT, name STRING, day DATE",
        }
        for schema in {None, declared.get(format)}:
            data = Data("output", format, f"file://{folder}/{format}-{bool(schema)}", format, schema)
            formats.write(spark, data, frame)
            formats.read(spark, data).count()
    in_metres = points.selectExpr("n", "ST_Transform(g, 'EPSG:4326', 'EPSG:3857') AS g")
    data = Data("output", "metres", f"file://{folder}/metres", "geoparquet", None, "EPSG:3857")
    formats.write(spark, data, in_metres)
    formats.read(spark, data).where("ST_Intersects(g, ST_PolygonFromEnvelope(0.0, 0.0, 9e5, 9e5))").collect()


def _sql(spark, points) -> None:
    regions = spark.range(12).selectExpr(
        "concat('r', id) AS name", "ST_Buffer(ST_Point(CAST(id AS DOUBLE) * 3, CAST(id AS DOUBLE) * 2), 2.5) AS g"
    )
    points.createOrReplaceTempView("points")
    regions.createOrReplaceTempView("regions")
    for statement in sql_text.split(SQL):
        view = statement.temporary_view()
        frame = spark.sql(statement.text[view.end() :] if view else statement.text, args={"least": 10})
        if view:
            frame.createOrReplaceTempView(view["name"])
        else:
            frame.show(3)
    # without a broadcast: Sedona partitions both sides by space
    spark.sql(
        "SELECT count(*) FROM points p JOIN points q ON ST_Distance(p.g, q.g) < 0.5 AND p.n < q.n WHERE p.n < 400"
    ).collect()
    for shape in ("ST_AsText(ST_Centroid(u))", "ST_AsGeoJSON(u)", "ST_Area(u)", "ST_IsValid(u)", "ST_GeoHash(u, 4)"):
        spark.sql(f"SELECT {shape} FROM (SELECT ST_Union_Aggr(g) AS u FROM regions)").collect()


def _aggregation(spark, points) -> None:
    """Shuffles with adaptive execution, sorts, windows and joins of each kind."""
    counts = points.groupBy("name").agg(functions.count("*").alias("c"), functions.avg("n"), functions.max("day"))
    counts.orderBy(functions.desc("c")).limit(5).show()
    points.join(counts, "name").where("c > 1").groupBy("day").pivot("c").sum("n").collect()
    points.hint("merge").join(counts.hint("merge"), "name").distinct().count()
    points.selectExpr("row_number() OVER (PARTITION BY name ORDER BY n) AS i", "explode(split(name, '')) AS s").count()
    points.selectExpr("to_json(struct(n, name)) AS j", "date_trunc('month', day) AS m").cache().count()


def _python(spark, points) -> None:
    """Workers with pickled and with Arrow data, and data to and from the driver."""
    double = functions.udf(lambda n: n * 2, "bigint")
    points.select(double("n")).agg({"<lambda>(n)": "sum"}).collect()
    plain = points.drop("g")
    plain.mapInPandas(lambda frames: (frame.head(1) for frame in frames), plain.schema).count()
    spark.sparkContext.parallelize(range(10)).map(lambda n: n + 1).sum()
    for kind in ("pandas", "arrow", "rows"):
        convert.from_frame(points.drop("g").limit(20), kind)
    convert.from_frame(points.limit(20), "pandas")
    output = Data("output", "frame", "file:///nowhere", "parquet", "n BIGINT, name STRING")
    convert.to_frame(spark, output, pd.DataFrame({"n": [1, 2], "name": ["a", None]})).collect()


if __name__ == "__main__":
    main()
