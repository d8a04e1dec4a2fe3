"""Prints an output's rows as JSON, read without Spark: `read_output.py PATH FORMAT`."""

import csv
import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import shapely


def parts(path):
    return sorted(part for part in Path(path).iterdir() if part.name.startswith("part-"))


def read(path, form):
    if form in ("parquet", "geoparquet"):
        rows = [row for part in parts(path) for row in pq.ParquetFile(part).read().to_pylist()]
        return [{k: shapely.from_wkb(v).wkt if isinstance(v, bytes) else v for k, v in row.items()} for row in rows]
    if form == "csv":
        return [row for part in parts(path) for row in csv.DictReader(part.open(newline=""))]
    text = (part.open(encoding="utf-8", newline="\n").read() for part in parts(path))
    lines = [line for one in text for line in one.split("\n") if line]
    return [json.loads(line) if form == "json" else {"value": line} for line in lines]


print(json.dumps(read(sys.argv[1], sys.argv[2]), default=str))
