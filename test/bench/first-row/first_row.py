"""The task: one Sedona row, then the time to a file that the benchmark reads."""

import os
import time


def first_row(spark):
    assert spark.sql("SELECT ST_AsText(ST_Point(1, 2)) AS p").collect()[0].p == "POINT (1 2)"
    with open(os.environ["FIRST_ROW_AT"], "w") as file:
        file.write(repr(time.time()))
