"""Spark ML's models, pipelines and transformers: the format `model`, in the form that MLWriter gives them."""

from __future__ import annotations

import inspect

from sparkflow.attempt import Data
from sparkflow.errors import InputMissing, SparkflowError
from sparkflow.files import open_files


def metadata(data: Data) -> str:
    """URI of the folder that says which class it is."""
    return f"{data.uri.rstrip('/')}/metadata"


def read(session, data: Data, expected: object = None):
    """The model, of the class that it was written as; `expected` is what the program's annotation says, if anything.

    Raises InputMissing, and SparkflowError for a class that can't be imported, or isn't the expected one.
    """
    from pyspark.ml.util import DefaultParamsReader

    context = session.sparkContext
    if not open_files(data.uri, lambda: context._gateway).exists(metadata(data)):
        raise InputMissing(f"{data} isn't there: no Spark ML model exists at {data.uri}")
    name = DefaultParamsReader.loadMetadata(data.uri, context)["class"]
    wanted = expected if inspect.isclass(expected) and expected is not object else None
    try:
        model = DefaultParamsReader.loadParamsInstance(data.uri, context)
    except (ImportError, AttributeError) as error:
        # a class of another package, whose name in Python only the program knows
        if wanted is None or not hasattr(wanted, "load"):
            raise SparkflowError(
                f"{data} was written as {name}, which can't be imported here ({error}); put the class into a module "
                f"that this program can import too, or annotate the argument with it"
            ) from None
        model = wanted.load(data.uri)
    if wanted is not None and not isinstance(model, wanted):
        raise SparkflowError(f"{data} is a {type(model).__name__}, but the argument is annotated as {wanted.__name__}")
    return model


def write(data: Data, value: object) -> dict:
    """Writes what is MLWritable. Raises SparkflowError for anything else, and Spark's own exceptions."""
    if not callable(getattr(value, "write", None)) or not callable(getattr(value, "save", None)):
        raise SparkflowError(
            f"{data} of format model can't be written from a {type(value).__name__}; possible is what Spark ML can "
            f"write, such as a PipelineModel"
        )
    value.write().save(data.uri)
    return {}
