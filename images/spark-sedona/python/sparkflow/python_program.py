"""A Python program: a script that runs as `__main__`, or a function that is called with the task's data."""

from __future__ import annotations

import importlib
import importlib.util
import os
import runpy
import sys
from pathlib import Path
from types import ModuleType

from sparkflow import binding, mapping, program_file, pyfiles
from sparkflow.errors import SparkflowError
from sparkflow.param_types import annotated
from sparkflow.task import Task


def run(task: Task) -> None:
    """Runs the program."""
    attempt = task.attempt
    program = attempt.program
    file = make_importable(task)
    sys.argv = [str(file or program.module), *attempt.args]
    if program.function:
        _run_function(task, _import(file, program.module), program.function)
    elif file:
        runpy.run_path(str(file), run_name="__main__")
    else:
        runpy.run_module(program.module, run_name="__main__", alter_sys=True)


def make_importable(task: Task) -> Path | None:
    """Lets what `pythonPath`, `deps.pyFiles` and the program's own folder hold be imported, in this order; its file."""
    attempt = task.attempt
    sys.path[:0] = map(str, attempt.python_path)
    pyfiles.add_to_path(task.spark, attempt)
    file = program_file.local(task) if attempt.program.file else None
    if file and str(file.parent) not in sys.path:
        sys.path.insert(len(attempt.python_path), str(file.parent))
    return file


def _run_function(task: Task, module: ModuleType, name: str) -> None:
    function = getattr(module, name, None)
    if not callable(function):
        functions = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise SparkflowError(binding.no_function(module.__name__, name, functions))
    if task.attempt.program.map:
        return mapping.run(task, function)
    arguments = binding.plan(function, task.attempt)
    values = {}
    for argument in arguments:
        if argument.source == "spark":
            values[argument.name] = task.spark.session
        elif argument.source == "input":
            values[argument.name] = task.input(argument.of, argument.kind, argument.annotation)
        else:
            values[argument.name] = annotated(argument.of, task.params[argument.of], argument.annotation)
    task.returned(binding.call(function, arguments, values))


def _import(file: Path | None, module: str | None) -> ModuleType:
    """Imports the program by the name under which Python workers will import it too, for the sake of its functions."""
    if not file:
        return importlib.import_module(module)
    name = file.stem
    known = getattr(sys.modules.get(name), "__file__", None)
    if known and os.path.realpath(known) == os.path.realpath(file):
        return sys.modules[name]  # of a forEach's former item
    spec = importlib.util.find_spec(name) if "." not in name and name not in sys.modules else None
    if spec is None or not spec.origin or os.path.realpath(spec.origin) != os.path.realpath(file):
        other = spec.origin if spec else getattr(sys.modules.get(name), "__file__", None)
        why = f", which is {other} already" if other else ""
        raise SparkflowError(f"the program's file {file.name} can't be imported as `{name}`{why}; give it another name")
    return importlib.import_module(name)
