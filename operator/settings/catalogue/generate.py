"""Prints catalogue.json: every key that the Spark and Sedona in use know, one a line, sorted, the same bytes each run.

Usage: python generate.py FOLDER_OF_SEDONA_JARS > catalogue.json
Needs pyspark (its own Spark is the one described) and Java. Where the facts are from:
- entries: the registry of ConfigEntry in a running JVM, after every object with such fields has been initialised;
- types, units, choices and least values: what an entry's own converter says to test values;
- deprecated and removed: SparkConf's and SQLConf's lists, and entries' alternatives;
- keys read as plain strings: string constants in the jars; see sources.py for what isn't in any jar.
"""

import json
import os
import pathlib
import re
import shlex
import sys

import pyspark
from classes import Jar, read_jars
from pyspark.java_gateway import launch_gateway
from sources import (
    FAMILIES,
    MACHINE_DEFAULTS,
    MODULES,
    NOT_FAMILIES,
    NOT_SETTINGS,
    PLAIN_TYPES,
    SEDONA,
)
from spark import Spark

from docs import DOCS

FIELDS = (
    *("of", "alias", "type", "unit", "list", "choices", "anyCase", "min", "default", "fallback"),
    *("dynamic", "internal", "deprecated", "removed", "doc"),
)
LONGEST_DOC = 160


def main(arguments: list[str]) -> None:
    if len(arguments) != 1 or not pathlib.Path(arguments[0]).is_dir():
        sys.exit("Usage: generate.py FOLDER_OF_SEDONA_JARS (a folder that holds sedona-spark-shaded-*.jar)")
    home = pathlib.Path(pyspark.__file__).parent
    sedona_jars = sorted(pathlib.Path(arguments[0]).glob("*.jar"))
    shaded = [jar for jar in sedona_jars if jar.name.startswith("sedona-spark-shaded")]
    if len(shaded) != 1:
        sys.exit(f"{arguments[0]} holds {len(shaded)} files sedona-spark-shaded-*.jar; expected one")
    jars = read_jars(sorted((home / "jars").glob("spark-*.jar")) + shaded)
    keys = spark_keys(jars, home, sedona_jars)
    keys |= plain_keys(jars, keys)
    keys |= sedona_keys(next(jar for jar in jars if jar.of == "sedona"), keys)
    keys |= {family: {"of": of, "doc": doc} for of, group in FAMILIES.items() for family, doc in group.items()}
    write(keys, pyspark.__version__, shaded[0].stem.rsplit("-", 1)[1])


def spark_keys(jars: list[Jar], home: pathlib.Path, extra: list[pathlib.Path]) -> dict[str, dict]:
    """Keys that the JVM knows as entries, and modules' keys where their jar isn't there."""
    os.environ["SPARK_HOME"] = str(home)
    class_path = os.pathsep.join(str(jar) for jar in extra)
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--driver-class-path {shlex.quote(class_path)} pyspark-shell"
    spark = Spark(launch_gateway().jvm)  # that JVM ends with this process
    keys = {}
    for of, table in MODULES.items():
        keys |= {key: {"of": of, **entry} for key, entry in rows(table).items()}
    keys |= spark.entries(jars)
    keys |= spark.transport_keys()
    keys |= spark.state_store_keys()
    constants = {
        text for jar in jars for name, texts in jar.constants.items() if name != "SparkConf$" for text in texts
    }
    for key, old in spark.old_keys(keys, constants).items():
        keys[key] = keys.get(key, {}) | old
    return {key: entry for key, entry in keys.items() if not key.startswith("spark.test")}


def plain_keys(jars: list[Jar], known: dict[str, dict]) -> dict[str, dict]:
    """Keys that are only constants: Spark reads them as plain strings. Ends the program at an unknown family."""
    found: dict[str, str] = {}
    families = {family.split("*")[0] for group in FAMILIES.values() for family in group} | NOT_FAMILIES
    for jar in jars:
        for text in {text for texts in jar.constants.values() for text in texts}:
            if not re.fullmatch(r"spark\.[\w.\-]+", text) or text.startswith("spark.test") or ".test." in text:
                continue
            if jar.of == "sedona" and not text.startswith("spark.sedona."):
                continue
            if text.endswith("."):
                if text not in families:
                    sys.exit(f"{jar.of} reads keys that begin with {text!r}: add it to FAMILIES or NOT_FAMILIES")
            else:
                found.setdefault(text, jar.of)
    entries, types = {}, rows(PLAIN_TYPES)
    for key, of in found.items():
        if key not in known and key not in NOT_SETTINGS:
            entries[key] = {"of": of, **types.get(key, {"type": "string"})}
    return entries


def rows(table: str) -> dict[str, dict]:
    """Entries of a table in sources.py, by key."""
    entries = {}
    for line in table.strip().splitlines():
        key, kind, default, *doc = (cell.strip() for cell in line.split("|"))
        name, _, unit = kind.partition(" ")
        entries[key] = {"type": name, "unit": unit, "default": default or None, "doc": "".join(doc)}
    return entries


def sedona_keys(jar: Jar, known: dict[str, dict]) -> dict[str, dict]:
    """Sedona's keys. SedonaConf reads `sedona.X`, else `spark.sedona.X`; other classes only the latter."""
    both = {text for text in jar.constants["SedonaConf"] if re.fullmatch(r"(global|join)(\.\w+)+", text)}
    keys = {key for key in known if key.startswith("spark.sedona.")} | {f"spark.sedona.{key}" for key in both}
    if keys != SEDONA.keys():
        sys.exit(f"Sedona's keys have changed; mend SEDONA for {sorted(keys ^ SEDONA.keys())}")
    entries = {}
    for key, (doc, choices) in SEDONA.items():
        default = jar.defaults.get(key, jar.defaults.get(key.removeprefix("spark.sedona.")))
        entries[key] = {"of": "sedona", "type": guessed_type(default), "default": default, "dynamic": True, "doc": doc}
        if choices:
            entries[key] |= {"type": "choice", "choices": list(choices), "anyCase": True}
    entries["spark.sedona.join.autoBroadcastJoinThreshold"] |= {"type": "bytes", "unit": "B"}
    entries["spark.sedona.enableParserExtension"]["dynamic"] = False
    aliases = {f"sedona.{key}": {"of": "sedona", "alias": f"spark.sedona.{key}"} for key in both}
    return entries | aliases


def guessed_type(default: str | None) -> str:
    if default in ("true", "false"):
        return "boolean"
    return "long" if default and re.fullmatch(r"-?\d+", default) else "string"


def first_sentence(text: str) -> str:
    """The first sentence without markup, cut at a word where it is too long."""
    plain = " ".join(re.sub(r"</?\w+[^>]*>", "", text).split())
    sentence = re.split(r"(?<!e\.g)(?<!i\.e)(?<=[.!?])\s+(?=[A-Z\"'`])", plain, maxsplit=1)[0]
    if len(sentence) <= LONGEST_DOC:
        return sentence
    return sentence[: LONGEST_DOC - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def write(keys: dict[str, dict], spark: str, sedona: str) -> None:
    lines = []
    for key in sorted(keys):
        entry = keys[key]
        entry["doc"] = first_sentence(entry.get("doc") or DOCS.get(key, ""))
        if key in MACHINE_DEFAULTS:
            entry["default"] = MACHINE_DEFAULTS[key] or None
        kept = {field: entry[field] for field in FIELDS if keeps(field, entry.get(field))}
        lines.append(f"{json.dumps(key)}:{json.dumps(kept, ensure_ascii=False, separators=(',', ':'))}")
    stale = sorted(DOCS.keys() - keys.keys())
    if stale:
        sys.exit(f"DOCS describes keys that nobody reads: {stale}")
    body = ",\n".join(lines)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print(f'{{"spark":"{spark}","sedona":"{sedona}","keys":{{\n{body}\n}}}}')


def keeps(field: str, value: object) -> bool:
    """An empty default is one; otherwise what is empty or false isn't written."""
    return value is not None if field in ("default", "min") else bool(value)


if __name__ == "__main__":
    main(sys.argv[1:])
