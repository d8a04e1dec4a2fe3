"""The result channel: at most 4,096 bytes of JSON, which on a cluster is the pod's termination message."""

from __future__ import annotations

import copy
import json
import os
import stat
from pathlib import Path

from sparkflow.errors import SparkflowError

RESULT_BYTES = 4096
VALUES_BYTES = 2048


def succeeded(values: dict, outputs: dict, note: str | None = None) -> dict:
    """`note`: what the user should know although all is well, in a sentence."""
    return {"outcome": "Succeeded", "values": values, "outputs": outputs, **({"note": note} if note else {})}


def failed(error: dict, values: dict) -> dict:
    """`error` has class, message and, where known, `at` (the user's file:line)."""
    return {"outcome": "Failed", "error": error, "values": values}


def encode(result: dict) -> bytes:
    """The result as UTF-8 JSON that fits: outputs lose their `schema` (the longest first), then the hashes, the
    note is left out, and the error's message is cut; values are never touched. Raises SparkflowError if not even that
    is enough.
    """
    result = copy.deepcopy(result)
    outputs = list(result.get("outputs", {}).values())
    for key in ("schema", "schemaHash"):
        for output in sorted(outputs, key=lambda each: -len(each.get(key) or "")):
            if len(_json(result)) <= RESULT_BYTES:
                break
            output.pop(key, None)
    if len(_json(result)) > RESULT_BYTES:
        result.pop("note", None)
    error = result.get("error")
    while error and len(_json(result)) > RESULT_BYTES and len(error["message"]) > 1:
        over = len(_json(result)) - RESULT_BYTES
        # a character takes 1 to 6 bytes, so a sixth of what is over is never too much to take away
        error["message"] = error["message"][: -max(over // 6, 1) - 1].rstrip("…") + "…"
    encoded = _json(result)
    if len(encoded) > RESULT_BYTES:
        raise SparkflowError(
            f"the result has {len(encoded)} bytes and {RESULT_BYTES} fit, although schemas are left out: "
            f"there are {len(outputs)} outputs and {len(_json(result.get('values', {})))} bytes of values"
        )
    return encoded


def write(result: dict, path: str | Path | None) -> None:
    """Writes the result, at once where that is possible: a file that is a mount of its own can't be renamed over."""
    if not path:
        return
    path, encoded = Path(path), encode(result)
    try:
        if path.exists() and (not stat.S_ISREG(path.stat().st_mode) or os.path.ismount(path)):
            raise OSError("only its content can be replaced")
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        partial.write_bytes(encoded)
        os.replace(partial, path)
    except OSError:
        path.write_bytes(encoded)


def add_value(values: dict, name: str, value: object) -> None:
    """Adds a value, as JSON has it. Raises SparkflowError for what isn't JSON and for more than 2 KiB in all."""
    try:
        plain = json.loads(json.dumps(value, default=_plain, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise SparkflowError(f"value `{name}` isn't JSON (numbers, texts, booleans, lists, objects): {error}") from None
    size, total = len(_json({name: plain})), len(_json({**values, name: plain}))
    if total > VALUES_BYTES:
        raise SparkflowError(
            f"value `{name}` has {size} bytes as JSON, which makes {total} in all, and {VALUES_BYTES} are possible: "
            f"declare an output for more than that"
        )
    values[name] = plain


def add_values_file(values: dict, path: str | None) -> None:
    """Adds what a program of any language wrote to SPARKFLOW_VALUES_FILE; SparkflowError if it's no JSON object."""
    text = Path(path).read_text("utf-8").strip() if path and os.path.exists(path) else ""
    if not text:
        return
    try:
        found = json.loads(text)
    except ValueError as error:
        raise SparkflowError(f"SPARKFLOW_VALUES_FILE isn't JSON: {error}") from None
    if not isinstance(found, dict):
        raise SparkflowError(f"SPARKFLOW_VALUES_FILE holds a {type(found).__name__}; a JSON object is expected")
    for name, value in found.items():
        add_value(values, name, value)


def _plain(value: object) -> object:
    """Dates as ISO texts, NumPy's and pandas' scalars as Python's."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a {type(value).__name__}")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
