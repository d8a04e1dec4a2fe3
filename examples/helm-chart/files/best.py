"""The task `best` of the flow sales."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def best(totals: DataFrame, top: int) -> DataFrame:
    """The `top` products with most revenue; of equal ones the first by name."""
    return totals.orderBy(F.desc("revenue"), "product").limit(top).select("product", "revenue")
