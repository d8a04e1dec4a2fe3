"""The running task: its inputs, params, outputs and values, for a program's library calls and for the driver itself."""

from __future__ import annotations

import dataclasses

from sparkflow import convert, footers, formats, models, opaque, param_types, result, schema, tables
from sparkflow.attempt import Attempt, Data
from sparkflow.errors import InputMissing, OutputMissing, SparkflowError, listed


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

    def input(self, name: str, kind: str | None = None, hint: object = None):
        """An input as `kind` (binding's word for a type): a DataFrame, a local path or a model, by its format, where
        none is given. `hint` is the class that a model must be of. None for an optional one that isn't there.
        """
        data = self.attempt.inputs.get(name)
        if data is None:
            raise SparkflowError(f"the task has no input `{name}`; its inputs are {listed(self.attempt.inputs)}")
        if data.uri is None:
            return None
        try:
            return self._read(data, kind, hint)
        except InputMissing:  # there's a folder, but nothing in it
            if data.optional:
                return None
            raise

    def _read(self, data: Data, kind: str | None, hint: object):
        if data.format in ("file", "directory"):
            paths = [opaque.read(dataclasses.replace(data, uri=uri), lambda: self.spark.gateway) for uri in data.uris]
            paths = [str(path) if kind == "path text" else path for path in paths]
            return paths if data.items else paths[0]
        session = self.spark.session
        if data.format == "model":
            return models.read(session, data, hint)
        read = tables.read if data.format == "table" else formats.read
        return convert.from_frame(read(session, data), kind or "spark")

    def output(self, name: str, value: object) -> None:
        """Checks and writes an output. Raises SparkflowError for one that isn't declared or was written before."""
        data = self.attempt.outputs.get(name)
        if data is None:
            raise SparkflowError(f"the task has no output `{name}`; its outputs are {listed(self.attempt.outputs)}")
        if name in self.published:
            raise SparkflowError(f"{data} has two sources: it was written already when the program gave it again")
        try:
            self.published[name] = self._write(data, value)
        except Exception as error:
            self._failed[name] = error
            raise

    def _write(self, data: Data, value: object) -> dict:
        if data.format in ("file", "directory"):
            return opaque.write(data, value, lambda: self.spark.gateway)
        if data.format == "model":
            return models.write(data, value)
        session = self.spark.session
        write = tables.write if data.format == "table" else formats.write
        return write(session, data, convert.to_frame(session, data, value))

    def value(self, name: str, value: object) -> None:
        """Keeps a small value for the result."""
        if not isinstance(name, str) or not name:
            raise SparkflowError(f"a value's name is a text; {name!r} isn't")
        result.add_value(self.values, name, value)

    def returned(self, value: object) -> None:
        """Writes what a function returned: the only output, or a dict of them where several are declared. Where none
        is, a dict holds the task's values.
        """
        outputs = self.attempt.outputs
        if value is None:
            return
        if not outputs and isinstance(value, dict):
            for name, each in value.items():
                self.value(name, each)
            return
        if not outputs:
            raise SparkflowError(
                f"the function returned a {type(value).__name__}, but the task declares no output; declare one, or "
                f"return nothing, or a dict of small values"
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
            hint += "; small values go by sparkflow.value"
            raise SparkflowError(f"the function returned a dict with `{unknown}`, which is no output; {hint}")
        # Tables last: what is in one can't be taken back if another output fails
        for key, data in sorted(value.items(), key=lambda item: outputs[names[item[0]]].format == "table"):
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
                if data.format == "table":
                    self.published[name] = tables.examine(data, self.spark)
                    continue
                self.published[name] = footers.examine(data, gateway)
            except OutputMissing as error:
                if self.attempt.program.kind == "python":
                    raise OutputMissing(f"{error}, and neither returned it nor gave it to sparkflow.output") from None
                raise
