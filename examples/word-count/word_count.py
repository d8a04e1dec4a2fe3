"""Word count: one task, one text in, one table out."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def count(lines: DataFrame) -> DataFrame:
    """Count every word of the input `lines` (one column, `value`); words are what white space separates.

    The argument has the input's name, and what is returned becomes the task's only output, `counts`.
    """
    words = lines.select(F.explode(F.split("value", r"\s+")).alias("word"))
    return words.groupBy("word").count()
