"""The tasks of the flow orders."""

import sparkflow
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


class TooManyBadRows(Exception):
    """There are more bad rows than may be."""


def is_good():
    """The rule for a row: it has a country, and pieces."""
    return F.col("country").isNotNull() & (F.col("pieces") > 0)


def load(raw: DataFrame) -> DataFrame:
    """Take the rows as they are. Reports the value `rows`, which the condition of `archive` asks for."""
    sparkflow.value("rows", raw.count())
    return raw


def check(orders: DataFrame, tolerated: int) -> None:
    """Fail if more rows than `tolerated` are bad. Reports the value `bad`."""
    bad = orders.where(~is_good()).count()
    sparkflow.value("bad", bad)
    if bad > tolerated:
        raise TooManyBadRows(f"{bad} rows are bad, {tolerated} may be")


def mend(orders: DataFrame) -> DataFrame:
    """Keep the good rows."""
    return orders.where(is_good())


def report(orders: DataFrame) -> DataFrame:
    """Pieces by country."""
    return orders.groupBy("country").agg(F.sum("pieces").alias("pieces")).orderBy("country")


def archive(orders: DataFrame) -> DataFrame:
    """Every row as it came."""
    return orders


def summary(state: str, failed: list[str]) -> None:
    """Say how the run went. Reports the value `text`; a real one would tell people."""
    sparkflow.value("text", f"{state}, failed: {', '.join(failed) or 'none'}")
