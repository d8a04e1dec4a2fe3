"""The Python tasks of the flow quakes."""

import sparkflow
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def load(quakes: DataFrame, regions: DataFrame) -> dict[str, DataFrame]:
    """Give every quake a point, and pass the regions on: a driver for each of their rows follows."""
    return {
        "quakes": quakes.select("id", "magnitude", F.expr("ST_Point(lng, lat)").alias("place")),
        "regions": regions.orderBy("region").coalesce(1),
    }


def report(parts: DataFrame) -> DataFrame:
    """One table of what each region's driver left, the region with most quakes first. Reports the value `total`."""
    sparkflow.value("total", parts.agg(F.sum("quakes")).first()[0])
    return parts.select("region", "quakes", "strongest").orderBy(F.desc("quakes"), "region").coalesce(1)
