"""The code of the flow's tasks: plain PySpark."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def words(lines: DataFrame) -> DataFrame:
    """A row for each word of the input `lines`. What is returned becomes the task's output."""
    return lines.select(F.explode(F.split(F.lower("value"), r"\W+")).alias("word")).where("word <> ''")
