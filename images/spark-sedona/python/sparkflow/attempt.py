"""What the driver was asked to do: the attempt's folder, read into plain objects."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from sparkflow import union
from sparkflow.errors import SparkflowError

API_VERSION = "sparkflow.dev/attempt-v1"
FORMATS = ("parquet", "geoparquet", "csv", "json", "text", "file", "directory", "model", "table")
# Formats that Spark doesn't read as rows: a program gets a path, or a model
NO_ROWS = ("file", "directory", "model")


@dataclass(frozen=True)
class Program:
    """One program; `kind` is python (file or module, with or without function), jar, sql (statements or file), or
    fugueSql (query or file).

    `map`, of a function, has `input`, `partition` (perRow, or `by` and `count`) and `schema`, as the manifest has them.
    """

    kind: str
    file: str | None = None
    module: str | None = None
    function: str | None = None
    main_class: str | None = None
    statements: str | None = None
    query: str | None = None
    map: dict | None = None


@dataclass(frozen=True)
class Data:
    """An input or an output: `uri` as Hadoop's Path reads it (no percent-decoding), `schema` in Spark DDL or None.

    `uri` is None for an `optional` input that isn't there, and a table's name where the format is `table`. `commit` is
    the URI, of this task of this run, that tells whether a table output was written; `source` the URL of an input that
    is brought to `uri` first.
    """

    role: str
    name: str
    uri: str | None
    format: str
    schema: str | None = None
    crs: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    optional: bool = False
    source: str | None = None
    mode: str = "append"
    partition_by: tuple[str, ...] = ()
    commit: str | None = None
    # of a forEach's outputs read as one: `uri` is a pattern
    items: union.Items | None = None

    def __str__(self) -> str:
        return f"{self.role} `{self.name}`"

    @property
    def uris(self) -> list[str]:
        """Where the data is: one place, or those of a forEach's items."""
        return self.items.uris(self.uri) if self.items else [self.uri]


@dataclass(frozen=True)
class Param:
    """A param's value as JSON has it, and its declared type (`items` is the type of a list's items).

    Of type `item` it is what a forEach's item has: `value` is the path to it, [] for the whole item.
    """

    type: str
    value: object
    items: str | None = None


@dataclass(frozen=True)
class ForEachItems:
    """Items of a forEach that this driver takes, from number `first`: `values`, or rows of `rows`."""

    name: str
    first: int
    count: int
    batch: bool
    values: tuple = ()
    rows: Data | None = None


@dataclass(frozen=True)
class Attempt:
    folder: Path
    program: Program
    python_path: tuple[Path, ...]
    args: tuple[str, ...]
    params: dict[str, Param]
    inputs: dict[str, Data]
    outputs: dict[str, Data]
    properties_file: Path
    extra_conf: tuple[tuple[str, str], ...]
    secret_conf: dict[str, str]
    jvm_memory: str | None
    jvm_options: tuple[str, ...]
    class_path: tuple[str, ...]
    library_path: tuple[str, ...]
    items: ForEachItems | None = None

    @property
    def conf_folder(self) -> Path | None:
        """The user's own log4j2.properties, core-site.xml …, where the attempt has some."""
        folder = self.folder / "conf"
        return folder if folder.is_dir() else None


def load(folder: str | Path) -> Attempt:
    """Reads `attempt.json`. Raises SparkflowError when it isn't there, isn't JSON, or asks for what isn't possible."""
    folder = Path(folder).resolve()
    path = folder / "attempt.json"
    try:
        spec = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SparkflowError(f"{path} can't be read as an attempt: {error}") from None
    if spec.get("apiVersion") != API_VERSION:
        raise SparkflowError(f"{path}: apiVersion is {spec.get('apiVersion')!r}; this driver knows {API_VERSION} only")
    try:
        return parse(folder, spec)
    except (KeyError, TypeError, AttributeError) as error:
        raise SparkflowError(f"{path} isn't an attempt: {type(error).__name__} {error}") from None


def parse(folder: Path, spec: dict) -> Attempt:
    """What `attempt.json` holds; settings may be missing."""
    conf, jvm = spec.get("conf") or {}, spec.get("jvm") or {}
    return Attempt(
        folder=folder,
        program=_program(spec["program"]),
        python_path=tuple(Path(os.path.normpath(folder / entry)) for entry in spec.get("pythonPath") or ()),
        args=tuple(spec.get("args") or ()),
        params={name: Param(p["type"], p["value"], p.get("items")) for name, p in (spec.get("params") or {}).items()},
        items=_items(spec["items"]) if spec.get("items") else None,
        inputs=_data("input", spec.get("inputs") or ()),
        outputs=_data("output", spec.get("outputs") or ()),
        properties_file=folder / conf.get("file", "spark-defaults.conf"),
        extra_conf=tuple((key, value) for key, value in conf.get("extra") or ()),
        secret_conf=dict(conf.get("secret") or {}),
        jvm_memory=jvm.get("memory"),
        jvm_options=tuple(jvm.get("options") or ()),
        class_path=tuple(jvm.get("classPath") or ()),
        library_path=tuple(jvm.get("libraryPath") or ()),
    )


def _program(spec: dict) -> Program:
    kind = spec["kind"]
    needs = {
        "python": ("file", "module"),
        "jar": ("file",),
        "sql": ("statements", "file"),
        "fugueSql": ("query", "file"),
    }
    if kind not in needs:
        raise SparkflowError(f"program.kind is {kind!r}; this driver knows {', '.join(needs)}")
    if not any(spec.get(key) for key in needs[kind]):
        raise SparkflowError(f"program: a {kind} program needs {' or '.join(needs[kind])}")
    keys = ("file", "module", "function", "statements", "query", "map")
    return Program(kind, main_class=spec.get("mainClass"), **{key: spec.get(key) for key in keys})


def _items(spec: dict) -> ForEachItems:
    rows = _data("input", [spec["rows"]])[spec["as"]] if spec.get("rows") else None
    values = tuple(spec.get("values") or ())
    return ForEachItems(spec["as"], spec["first"], spec["count"], spec.get("batch", False), values, rows)


def _union(spec: dict | None) -> union.Items | None:
    return union.Items(spec["count"], spec["batchSize"], tuple(spec["attempts"])) if spec else None


def _data(role: str, specs: list[dict]) -> dict[str, Data]:
    found: dict[str, Data] = {}
    for spec in specs:
        options = {key: _option(value) for key, value in (spec.get("options") or {}).items()}
        data = Data(
            role,
            spec["name"],
            spec["uri"],
            spec["format"],
            schema=spec.get("schema"),
            crs=spec.get("crs"),
            options=options,
            optional=spec.get("optional", False),
            source=spec.get("source"),
            mode=spec.get("mode") or "append",
            partition_by=tuple(spec.get("partitionBy") or ()),
            commit=spec.get("commit"),
            items=_union(spec.get("items")),
        )
        if data.format not in FORMATS:
            raise SparkflowError(f"{data}: format is {data.format!r}; known are {', '.join(FORMATS)}")
        if data.name in found:
            raise SparkflowError(f"{data} is declared twice")
        found[data.name] = data
    return found


def _option(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
