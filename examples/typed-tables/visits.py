"""The Python tasks of the flow visits."""

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def load(visits: DataFrame) -> DataFrame:
    """A row for each park and day, with the park's place as a geometry."""
    return visits.select("park", "day", "visitors", F.expr("ST_Point(lng, lat)").alias("entrance"))


def report(shares: pd.DataFrame, visitors: int) -> pd.DataFrame:
    """The parks by rank, each with the share of itself and of all before it. `visitors` are those of all parks."""
    if shares.visitors.sum() != visitors:
        raise ValueError(f"the table has {shares.visitors.sum()} visitors, its maker reported {visitors}")
    ranked = shares.sort_values("rank")
    return ranked.assign(so_far=ranked.share.cumsum())[["rank", "park", "share", "so_far"]]  # decimals stay decimals
