"""The outputs of a forEach read as one input: where each item's is, and the column that says which it is from."""

from __future__ import annotations

import re
from dataclasses import dataclass

ITEM = "_item"


@dataclass(frozen=True)
class Items:
    """`attempts` has the attempt of each driver that succeeded, 0 where none did; a driver took `batch_size` items."""

    count: int
    batch_size: int
    attempts: tuple[int, ...]

    def uris(self, pattern: str) -> list[str]:
        """Every item's URI, in the order of items: the pattern with {driver}, {attempt} and, for batches, {item}."""
        found = []
        for driver, attempt in enumerate(self.attempts):
            if attempt == 0:
                continue
            uri = pattern.replace("{driver}", str(driver)).replace("{attempt}", str(attempt))
            first = driver * self.batch_size
            numbers = range(first, min(first + self.batch_size, self.count))
            found += [uri.replace("{item}", str(number)) for number in numbers] if "{item}" in uri else [uri]
        return found


def numbered(frame, pattern: str):
    """The frame with the item's number, from 0, in the column `_item`, which the path of each row's file tells."""
    from pyspark.sql import functions

    number = "{item}" if "{item}" in pattern else "{driver}"
    tail = pattern[pattern.index("{driver}") :]
    parts = re.split(r"(\{\w+\})", tail)
    regex = "".join(
        "([0-9]+)" if part == number else "[0-9]+" if part.startswith("{") else re.escape(part) for part in parts
    )
    path = functions.col("_metadata.file_path")
    return frame.withColumn(ITEM, functions.regexp_extract(path, f".*/{regex}(?:/.*)?$", 1).cast("bigint"))
