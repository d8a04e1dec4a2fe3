"""Reads what the catalogue needs from class files: string constants, and which classes hold ConfigEntry fields."""

import dataclasses
import pathlib
import re
import struct
import zipfile

# Modules in the order in which they depend on each other: the first that names a key is where it is from.
MODULES = {
    "core": "core", "network-common": "core", "network-shuffle": "core", "launcher": "core", "unsafe": "core",
    "catalyst": "sql", "sql": "sql", "hive": "hive", "hive-thriftserver": "hive", "streaming": "streaming",
    "graphx": "graphx", "mllib": "mllib", "kubernetes": "kubernetes", "yarn": "yarn", "mesos": "mesos",
    "repl": "core", "connect": "connect", "sql-kafka-0-10": "kafka", "sedona-spark-shaded": "sedona",
}  # fmt: skip
ENTRY = re.compile(rb"Lorg/apache/spark/internal/config/(Optional)?ConfigEntry;")
# Sizes of constant-pool items by tag, without the tag. Source: JVM specification, section 4.4.
SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}


@dataclasses.dataclass
class Jar:
    """What a jar says: its module, Scala objects that may hold entries, string constants by class, and defaults."""

    of: str
    objects: list[str]
    constants: dict[str, list[str]]
    defaults: dict[str, str]


def read_jars(paths: list[pathlib.Path]) -> list[Jar]:
    """The jars of known modules, in the order of MODULES."""
    by_module = {module: path for path in paths for module in MODULES if is_module(path.name, module)}
    return [read_jar(by_module[module], MODULES[module]) for module in MODULES if module in by_module]


def is_module(name: str, module: str) -> bool:
    return re.match(rf"(spark-)?{re.escape(module)}(-[\d.]+)?_[\d.]+-", name) is not None


def read_jar(path: pathlib.Path, of: str) -> Jar:
    jar = Jar(of, [], {}, {})
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(".class") or name.startswith("META-INF"):
                continue
            data = archive.read(name)
            if name.endswith("$.class") and ENTRY.search(data):
                jar.objects.append(name.removesuffix(".class").replace("/", "."))
            if b"spark." in data or b"sedona." in data:
                pool = string_pool(data)
                simple = name.rsplit("/", 1)[1].removesuffix(".class")
                jar.constants.setdefault(simple, []).extend(pool.values())
                jar.defaults |= string_defaults(data, pool)
    return jar


def string_pool(data: bytes) -> dict[int, str]:
    """String constants of a class file by their index. Source: JVM specification, section 4.4."""
    count = struct.unpack(">H", data[8:10])[0]
    index, offset, texts, strings = 1, 10, {}, {}
    while index < count:
        tag = data[offset]
        if tag == 1:
            size = struct.unpack(">H", data[offset + 1 : offset + 3])[0]
            texts[index] = data[offset + 3 : offset + 3 + size].decode("utf-8", "replace")
            offset += 3 + size
        else:
            if tag == 8:
                strings[index] = struct.unpack(">H", data[offset + 1 : offset + 3])[0]
            offset += 1 + SIZES[tag]
        index += 2 if tag in (5, 6) else 1
    return {index: texts[text] for index, text in strings.items()}


def string_defaults(data: bytes, pool: dict[int, str]) -> dict[str, str]:
    """Defaults in calls like get("key", "default"): two string constants pushed (ldc, ldc_w) just before a call."""
    defaults = {}
    push = rb"(?:\x12(.)|\x13(..))"
    for match in re.finditer(push + push + rb"[\xb6\xb7\xb9]", data, re.DOTALL):
        first, first_wide, second, second_wide = match.groups()
        key = pool.get(int.from_bytes(first or first_wide, "big"))
        default = pool.get(int.from_bytes(second or second_wide, "big"))
        if key and default is not None:
            defaults.setdefault(key, default)
    return defaults
