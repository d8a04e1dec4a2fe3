"""The running task: its inputs, params, outputs and values, for a program's library calls and for the driver itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sparkflow import convert, footers, formats, param_types, result, schema
from sparkflow.attempt import Attempt, Data
from sparkflow.errors import InputMissing, OutputMissing, SparkflowError, listed
from sparkflow.files import open_files


class Task:
    """One attempt at a task; `spark` is its Spark, None while there's none (a jar's JVM is its own)."""

    def __init__(self, attempt: Attempt):
        """Raises SparkflowError for a declaration that can be seen to be wrong before anything is run."""
        self.attempt = attempt
        self.spark = None
        self.values: dict = {}
        self.published: dict[str, dict] = {}
        self._failed: dict[str, Exception] = {}
        self.params = {name: param_types.typed(name, param) for name, param in attempt.params.items()}
        for data in (*attempt.inputs.values(), *attempt.outputs.values()):
            schema.declared(data)

    def input(self, name: str, kind: str | None = None):
        """An input as `kind` (binding's word for a type): a DataFrame, or a file's local path, where none is given."""
        data = self.attempt.inputs.get(name)
        if data is None:
            raise SparkflowError(f"the task has no input `{name}`; its inputs are {listed(self.attempt.inputs)}")
        if data.format != "file":
            return convert.from_frame(formats.read(self.spark.session, data), kind or "spark")
        files = open_files(data.uri, lambda: self.spark.gateway)
        if not files.exists(data.uri):
            raise InputMissing(f"{data} isn't there: nothing exists at {data.uri}")
        path = files.fetch(data.uri)
        return str(path) if kind == "path text" else path

    def output(self, name: str, value: object) -> None:
        """Checks and writes an output. Raises SparkflowError for one that isn't declared or was written before."""
        data = self.attempt.outputs.get(name)
        if data is None:
            raise SparkflowError(f"the task has no output `{name}`; its outputs are {listed(self.attempt.outputs)}")
        if name in self.published:
            raise SparkflowError(f"{data} has two sources: it was written already when the program gave it again")
        try:
            if data.format == "file":
                self.published[name] = self._write_file(data, value)
            else:
                session = self.spark.session
                self.published[name] = formats.write(session, data, convert.to_frame(session, data, value))
        except Exception as error:
            self._failed[name] = error
            raise

    def value(self, name: str, value: object) -> None:
        """Keeps a small value for the result."""
        if not isinstance(name, str) or not name:
            raise SparkflowError(f"a value's name is a text; {name!r} isn't")
        result.add_value(self.values, name, value)

    def returned(self, value: object) -> None:
        """Writes what a function returned: the only output, or a dict of them where several are declared."""
        outputs = self.attempt.outputs
        if value is None:
            return
        if not outputs:
            raise SparkflowError(
                f"the function returned a {type(value).__name__}, but the task declares no output; declare one, or "
                f"return nothing (small values go by sparkflow.value)"
            )
        if len(outputs) == 1 and not isinstance(value, dict):
            return self.output(next(iter(outputs)), value)
        if not isinstance(value, dict):
            raise SparkflowError(
                f"the function returned a {type(value).__name__}; with the outputs {listed(outputs)} "
                f"a dict of output names and data is expected"
            )
        names = {alias: name for name in outputs for alias in (name, name.replace("-", "_"))}
        unknown = next((key for key in value if key not in names), None)
        if unknown is not None:
            hint = "return the data itself" if len(outputs) == 1 else f"the outputs are {listed(outputs)}"
            raise SparkflowError(f"the function returned a dict with `{unknown}`, which is no output; {hint}")
        for key, data in value.items():
            if data is not None:
                self.output(names[key], data)

    def complete(self, gateway) -> None:
        """Looks at the outputs that the library didn't write: a program may have written to their URIs itself."""
        for name, data in self.attempt.outputs.items():
            if name in self.published:
                continue
            if name in self._failed:  # which the program caught; what is at the URI may be half of it, or refused
                raise OutputMissing(f"{data} is declared, but writing it failed: {self._failed[name]}")
            try:
                self.published[name] = footers.examine(data, gateway)
            except OutputMissing as error:
                if self.attempt.program.kind == "python":
                    raise OutputMissing(f"{error}, and neither returned it nor gave it to sparkflow.output") from None
                raise

    def _write_file(self, data: Data, value: object) -> dict:
        files = open_files(data.uri, lambda: self.spark.gateway)
        if files.exists(data.uri):
            raise SparkflowError(
                f"{data}: there's something at {data.uri} already; every attempt writes to its own place"
            )
        if isinstance(value, Path):
            if not value.is_file():
                raise SparkflowError(f"{data}: {value} isn't a file")
            files.put(value, data.uri)
        elif isinstance(value, (bytes, str)):
            # a path as text would else become the file's content
            if isinstance(value, str) and len(value) < 1024 and "\n" not in value and Path(value).is_file():
                raise SparkflowError(f"{data}: the text {value!r} is a file's path; give pathlib.Path({value!r})")
            with tempfile.TemporaryDirectory(prefix="sparkflow-") as folder:
                source = Path(folder) / "content"
                source.write_bytes(value.encode() if isinstance(value, str) else value)
                files.put(source, data.uri)
        else:
            raise SparkflowError(
                f"{data} of format file can't be written from a {type(value).__name__}; possible are a pathlib.Path, "
                f"bytes and a text"
            )
        return {}
