"""Asks a running JVM for Spark's configuration entries and for its lists of deprecated and removed keys."""

import functools
import re

from classes import Jar
from py4j.java_gateway import JavaObject, JVMView
from py4j.protocol import Py4JJavaError

ENTRY = "org.apache.spark.internal.config.ConfigEntry"
SIZES = {"t": 1024**4, "g": 1024**3, "m": 1024**2, "k": 1024}
BYTES = {1: "B", 1024: "KiB", 1024**2: "MiB", 1024**3: "GiB"}  # units of entries, in bytes
SPANS = {"d": 86_400 * 10**9, "h": 3600 * 10**9, "min": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 1000}
TIMES = {span: unit for unit, span in SPANS.items()} | {1: "ns"}  # units of entries, in nanoseconds
KEPT = ("of", "type", "unit", "list", "choices", "anyCase", "min", "dynamic")  # what an old name has of its new one


class Spark:
    def __init__(self, jvm: JVMView) -> None:
        self.jvm = jvm
        self.loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
        self.registry = self.member(ENTRY + "$", "knownConfigs")

    @functools.cached_property
    def sql(self) -> JavaObject:
        """SQLConf. Loaded when it is first asked for, since that brings SQL's entries."""
        return self.module("org.apache.spark.sql.internal.SQLConf$")

    def load(self, name: str, initialise: bool = True) -> JavaObject:
        return self.jvm.java.lang.Class.forName(name, initialise, self.loader)

    def module(self, name: str) -> JavaObject:
        """The instance of a Scala object."""
        return self.load(name).getField("MODULE$").get(None)

    def member(self, name: str, field: str) -> JavaObject:
        """A private field of a Scala object; Scala writes some names with the class in front."""
        found = [one for one in self.load(name).getDeclaredFields() if one.getName().split("$")[-1] == field]
        found[0].setAccessible(True)
        return found[0].get(self.module(name))

    def entries(self, jars: list[Jar]) -> dict[str, dict]:
        """All entries, each with the module whose objects brought it."""
        entry_class = self.load(ENTRY)
        modules: dict[str, str] = {}
        for jar in jars:
            for name in jar.objects:
                fields = self.load(name, False).getDeclaredFields()
                if any(entry_class.isAssignableFrom(field.getType()) for field in fields):
                    self.load(name)
            for key in self.jvm.java.lang.String.join("\n", self.registry.keySet()).split("\n"):
                modules.setdefault(key, jar.of)
        keys: dict[str, dict] = {}
        for key, of in modules.items():
            entry = self.registry.get(key)
            keys[key] = {"of": of, **self.facts(key, entry)}
            if prepended := self.text(entry.prependedKey()):
                keys[prepended] = {"of": of, "type": "string"}
        return keys

    def facts(self, key: str, entry: JavaObject) -> dict:
        sql = self.sql.containsConfigKey(key) and not self.sql.isStaticConfigKey(key)
        facts = {
            "dynamic": sql,
            "internal": not entry.isPublic(),
            "doc": entry.doc(),
            **self.type_of(entry.valueConverter()),
        }
        default = entry.defaultValueString()
        if fallback := re.fullmatch(r"<value of (.+)>", default or ""):
            facts["fallback"] = fallback[1]
        elif default not in (None, "null", "<undefined>"):
            facts["default"] = readable(default, facts["type"])
        if old := re.match(r"\(Deprecated since Spark ([\d.]+)(?:, )?(.*)\)$", entry.doc() or "", re.DOTALL):
            facts["deprecated"] = {"since": old[1], "advice": sentence(old[2])}
        return facts

    def type_of(self, converter: JavaObject) -> dict:
        """What the entry's converter takes, found by giving it values."""
        complaint = self.complaint(converter, "?x")
        if choices := re.search(r"should be one of (.+), but was (.+)$", complaint):
            upper, values = self.complaint(converter, "?X"), sorted(choices[1].split(", "))
            found = {"type": "choice", "choices": values, "anyCase": choices[2] == "?X" or upper.endswith("?x")}
        elif "Time must be specified" in complaint:
            found = {"type": "time", "unit": self.unit(converter, SPANS, TIMES)}
        elif "Size must be specified" in complaint:
            found = {"type": "bytes", "unit": self.unit(converter, SIZES, BYTES)}
        elif simple := re.search(r"should be (?:a )?(boolean|int|long|double|regex), but was", complaint):
            found = {"type": simple[1]}
        else:
            return {"type": "string"}
        sample = found.get("choices", [None])[0] or {"boolean": "true"}.get(found["type"], "1")
        found["list"] = found["type"] != "regex" and not self.complaint(converter, f"{sample},{sample}")
        if not found["list"] and found["type"] in ("int", "long", "time", "bytes"):
            found["min"] = self.least(converter)
        return found

    def unit(self, converter: JavaObject, sizes: dict[str, int], units: dict[int, str]) -> str:
        """The unit of a bare number, found by what the converter makes of an amount that has one."""
        for suffix, size in sizes.items():
            if not self.complaint(converter, f"1{suffix}"):
                number = converter.apply(f"1{suffix}")
                number = number.get() if isinstance(number, JavaObject) else number  # optional entries give Some(…)
                if number and size % number == 0:
                    return units[size // number]
        raise ValueError(f"an entry's converter takes none of {list(sizes)}")

    def least(self, converter: JavaObject) -> int | None:
        """0 or 1 if the converter takes that and refuses one less."""
        refused = [bool(self.complaint(converter, text)) for text in ("-1", "0", "1")]
        return {(True, True, False): 1, (True, False, False): 0}.get(tuple(refused))

    def complaint(self, converter: JavaObject, value: str) -> str:
        """What the converter says to a value, or nothing if it takes it."""
        try:
            converter.apply(value)
            return ""
        except Py4JJavaError as error:
            return error.java_exception.toString()

    @staticmethod
    def text(option: JavaObject) -> str | None:
        return option.get() if option.isDefined() else None

    def map_items(self, scala_map: JavaObject) -> list[tuple[str, JavaObject]]:
        iterator, items = scala_map.iterator(), []
        while iterator.hasNext():
            pair = iterator.next()
            items.append((pair._1(), pair._2()))
        return sorted(items, key=lambda item: item[0])

    def old_keys(self, keys: dict[str, dict], constants: set[str]) -> dict[str, dict]:
        """Deprecated and removed keys. A deprecated key that no class but SparkConf names is removed."""
        old = self.old_names(keys)
        for key, one in self.map_items(self.member("org.apache.spark.SparkConf$", "deprecatedConfigs")):
            read = key in keys or key in old or key in constants
            state = {"since": one.version(), "advice": sentence(one.deprecationMessage())}
            known = old.get(key) or keys.get(key) or {"of": "core", "type": "string"}
            old[key] = known | {"deprecated" if read else "removed": state}
        for key, one in self.map_items(self.sql.deprecatedSQLConfigs()):
            state = {"since": one.version(), "advice": sentence(one.comment())}
            old[key] = (old.get(key) or keys[key]) | {"deprecated": state}
        for key, one in self.map_items(self.sql.removedSQLConfigs()):
            state = {"since": one.version(), "advice": sentence(one.comment())}
            old[key] = {"of": "sql", "type": "string", "default": one.defaultValue(), "removed": state}
        return old

    def old_names(self, keys: dict[str, dict]) -> dict[str, dict]:
        """Old names of keys. One takes what its new name takes, unless Spark translates its values."""
        renamed: dict[str, tuple[str, str | None, bool]] = {}  # old name → new name, version, translated
        for new, alternatives in self.map_items(self.member("org.apache.spark.SparkConf$", "configsWithAlternatives")):
            for one in map(alternatives.apply, range(alternatives.size())):
                renamed[one.key()] = (new, one.version(), one.translation() is not None)
        for new in sorted(self.registry.keySet()):
            alternatives = self.registry.get(new).alternatives()
            for name in map(alternatives.apply, range(alternatives.size())):
                renamed.setdefault(name, (new, None, False))
        old = {}
        for name, (new, version, translated) in renamed.items():
            while new in renamed:
                new = renamed[new][0]
            entry = keys.get(new, {"of": "core", "type": "string"})
            plain = {"of": entry["of"], "type": "string"}
            kept = plain if translated else {field: entry[field] for field in KEPT if field in entry}
            since = {"since": version} if version else {}
            old[name] = kept | {"deprecated": since | {"advice": f"Use {new} instead."}}
        return old

    def transport_keys(self) -> dict[str, dict]:
        """Keys of Spark's network modules, as TransportConf composes them."""
        util = self.jvm.org.apache.spark.network.util
        keys = {}
        for module in ("shuffle", "rpc", "files"):
            conf = util.TransportConf(module, util.MapConfigProvider.EMPTY)
            for field in conf.getClass().getDeclaredFields():
                field.setAccessible(True)
                if isinstance(value := field.get(conf), str) and value.startswith("spark."):
                    keys[value] = {"of": "core", "type": "string"}
            for role in ("driver", "executor"):
                for threads in ("serverThreads", "clientThreads"):
                    keys[f"spark.{role}.{module}.io.{threads}"] = {"of": "core", "type": "int"}
        for role in ("driver", "executor"):
            keys[f"spark.{role}.rpc.netty.dispatcher.numThreads"] = {"of": "core", "type": "int"}
        return {key: entry for key, entry in keys.items() if not self.registry.containsKey(key)}

    def state_store_keys(self) -> dict[str, dict]:
        """Keys of the RocksDB state store, which composes them at run time."""
        name = "org.apache.spark.sql.execution.streaming.state.RocksDBConf$"
        prefix, instance, keys = self.member(name, "ROCKSDB_SQL_CONF_NAME_PREFIX"), self.module(name), {}
        for field in self.load(name).getDeclaredFields():
            if field.getType().getName().endswith("ConfEntry"):
                field.setAccessible(True)
                entry = field.get(instance)
                keys[f"{prefix}.{entry.name()}"] = {
                    "of": "sql",
                    "type": "string",
                    "default": entry.default(),
                    "dynamic": True,
                }
        return keys


def sentence(text: str) -> str:
    """Advice as one line that begins with a capital and ends in a full stop."""
    line = re.sub(r"\.(?=[A-Z])", ". ", " ".join(text.replace("instead of it", "instead").split()))
    return line[:1].upper() + line[1:] + ("" if line.endswith((".", "!")) else ".")


def readable(default: str, kind: str) -> str:
    """A default such as 50331648b or 120000ms in the largest whole unit."""
    if kind == "bytes" and re.fullmatch(r"\d+b", default):
        number = int(default[:-1])
        return next(
            (f"{number // size}{unit}" for unit, size in SIZES.items() if number and number % size == 0), default
        )
    if kind == "time" and re.fullmatch(r"\d+000ms", default):
        return f"{default[:-5]}s"
    return default
