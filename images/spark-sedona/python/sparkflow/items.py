"""Items of a forEach that the driver puts in itself: rows of an output, or the items of a batch.

The program runs once for each, in one session: with the item's params, and in a batch with outputs of the item's own,
`…/part/7` for the item 7.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator

from sparkflow import formats
from sparkflow.attempt import Attempt, Data, Param
from sparkflow.errors import SparkflowError, listed

_PATH, _BLOCK = "__sparkflow_path", "__sparkflow_block"


def each(session, attempt: Attempt) -> Iterator[tuple[int, Attempt]]:
    """The items' numbers, from 0 over all drivers, each with the attempt as the program sees it then.

    Raises SparkflowError for fewer rows than there were, and for a field that an item hasn't got.
    """
    items = attempt.items
    values = items.values if items.rows is None else _rows(session, items.rows, items.first, items.count)
    for number, value in enumerate(values, items.first):
        params = {name: _put_in(items.name, param, value) for name, param in attempt.params.items()}
        outputs = {name: _own(data, number) if items.batch else data for name, data in attempt.outputs.items()}
        yield number, dataclasses.replace(attempt, params=params, outputs=outputs)


def joined(outputs: list[dict[str, dict]]) -> dict[str, dict]:
    """What a batch's items published, as one entry for each output: their rows together, the first one's schema."""
    found: dict[str, dict] = {}
    for published in outputs:
        for name, entry in published.items():
            before = found.setdefault(name, entry)
            if before is not entry:
                both = "rows" in before and "rows" in entry
                rest = {key: value for key, value in before.items() if key != "rows"}
                found[name] = {**({"rows": before["rows"] + entry["rows"]} if both else {}), **rest}
    return found


def _put_in(name: str, param: Param, item: object) -> Param:
    if param.type != "item":
        return param
    value = item
    for key in param.value:
        if not isinstance(value, dict) or key not in value:
            fields = f"its fields are {listed(value)}" if isinstance(value, dict) else "it has no fields"
            raise SparkflowError(f"$({name}.{key}): the item has no field `{key}`; {fields}")
        value = value[key]
    return Param("given", value)


def _own(data: Data, number: int) -> Data:
    """The output of one item of a batch: `…/part/7`, and of one file `…/map/7.png`."""
    if data.format == "table":  # all items write to the one, each once
        return dataclasses.replace(data, commit=f"{data.commit}-{number}")
    root, extension = os.path.splitext(data.uri) if data.format == "file" else (data.uri, "")
    return dataclasses.replace(data, uri=f"{root}/{number}{extension}")


def _rows(session, data: Data, first: int, count: int) -> list[dict]:
    """Rows in an order that is the same for every driver: files by name, and in each as they stand there."""
    from pyspark.sql import functions

    frame = formats.read(session, data)
    places = (
        functions.col("_metadata.file_path").alias(_PATH),
        functions.col("_metadata.file_block_start").alias(_BLOCK),
    )
    rows = sorted(frame.select("*", *places).collect(), key=lambda row: (row[_PATH], row[_BLOCK]))
    chosen = rows[first : first + count]
    if len(chosen) < count:
        raise SparkflowError(
            f"the forEach's {data} has {len(rows)} rows, and this driver takes row {first + count - 1}"
        )
    places = (_PATH, _BLOCK)
    return [{key: value for key, value in row.asDict(recursive=True).items() if key not in places} for row in chosen]
