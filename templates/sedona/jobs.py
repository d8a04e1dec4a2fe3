"""The code of the flow's tasks: PySpark with Sedona's functions."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def points(cities: DataFrame) -> DataFrame:
    """The input `cities` with a point for each. What is returned becomes the task's output."""
    return cities.select("name", "country", F.expr("ST_Point(lng, lat)").alias("geometry"))
