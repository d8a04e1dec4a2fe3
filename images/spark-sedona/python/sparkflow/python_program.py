"""A Python program: a script that runs as `__main__`, or a function that is called with the task's data."""

from __future__ import annotations

import importlib
import importlib.util
import os
import runpy
import sys
from pathlib import Path
from types import ModuleType

from sparkflow import binding, pyfiles
from sparkflow.attempt import Attempt
from sparkflow.errors import SparkflowError, listed
from sparkflow.files import local_path
from sparkflow.param_types import annotated
from sparkflow.task import Task
from sparkflow.temporary import new_folder


def run(task: Task) -> None:
    """Runs the program. What can be imported is what `pythonPath` and the file's own folder hold, in this order."""
    attempt = task.attempt
    program = attempt.program
    sys.path[:0] = map(str, attempt.python_path)
    pyfiles.add_to_path(task.spark, attempt)
    file = _local_file(task) if program.file else None
    if file and str(file.parent) not in sys.path:
        sys.path.insert(len(attempt.python_path), str(file.parent))
    sys.argv = [str(file or program.module), *attempt.args]
    if program.function:
        _run_function(task, _import(file, program.module), program.function)
    elif file:
        runpy.run_path(str(file), run_name="__main__")
    else:
        runpy.run_module(program.module, run_name="__main__", alter_sys=True)


def _run_function(task: Task, module: ModuleType, name: str) -> None:
    function = getattr(module, name, None)
    if not callable(function):
        functions = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise SparkflowError(f"{module.__name__} has no function `{name}`; it has {listed(functions[:20])}")
    arguments = binding.plan(function, task.attempt)
    values = {}
    for argument in arguments:
        if argument.source == "spark":
            values[argument.name] = task.spark.session
        elif argument.source == "input":
            values[argument.name] = task.input(argument.of, argument.kind)
        else:
            values[argument.name] = annotated(argument.of, task.params[argument.of], argument.annotation)
    task.returned(binding.call(function, arguments, values))


def _import(file: Path | None, module: str | None) -> ModuleType:
    """Imports the program by the name under which Python workers will import it too, for the sake of its functions."""
    if not file:
        return importlib.import_module(module)
    name = file.stem
    spec = importlib.util.find_spec(name) if "." not in name and name not in sys.modules else None
    if spec is None or not spec.origin or os.path.realpath(spec.origin) != os.path.realpath(file):
        other = spec.origin if spec else getattr(sys.modules.get(name), "__file__", None)
        why = f", which is {other} already" if other else ""
        raise SparkflowError(f"the program's file {file.name} can't be imported as `{name}`{why}; give it another name")
    return importlib.import_module(name)


def _local_file(task: Task) -> Path:
    """The program's file on this machine; one at a URL is fetched as Spark would fetch it."""
    attempt: Attempt = task.attempt
    place = attempt.program.file
    path = local_path(place)
    if path is None:
        jvm, spark = task.spark.gateway.jvm, task.spark.gateway.jvm.org.apache.spark
        conf = spark.SparkConf()
        hadoop = spark.deploy.SparkHadoopUtil.get().newConfiguration(conf)
        folder = jvm.java.io.File(str(new_folder("program")))
        path = local_path(spark.util.DependencyUtils.downloadFile(place, folder, conf, hadoop))
    path = Path(os.path.normpath(attempt.folder / path))
    if not path.is_file():
        raise SparkflowError(f"the program's file {place} doesn't exist (looked for {path})")
    return path
