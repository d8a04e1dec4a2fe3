"""The task `clean` of the flow air."""

import sparkflow
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def clean(readings: DataFrame, highest: float) -> DataFrame:
    """Drop what no sensor that works measures, and give every reading a point. Reports the value `dropped`."""
    good = readings.where(F.col("pm10").between(0, highest))
    sparkflow.value("dropped", readings.count() - good.count())
    return good.select("station", "day", "pm10", F.expr("ST_Point(lng, lat)").alias("geometry"))
