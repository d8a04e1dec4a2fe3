"""Opaque files at a URI: this machine's, or any of Hadoop's file systems through the driver's JVM."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from sparkflow.temporary import new_folder


def local_path(uri: str) -> Path | None:
    """The path of a `file:` URI or of one without a scheme, else None. Like Hadoop's Path it decodes no %20."""
    scheme, colon, rest = uri.partition(":")
    if not colon or "/" in scheme:
        return Path(uri)
    if scheme not in ("file", "local"):
        return None
    return Path("/" + rest.lstrip("/"))


def open_files(uri: str, gateway: Callable):
    """File system of a URI; `gateway()` gives Py4J's gateway, and is called for URIs outside of this machine only."""
    return LocalFiles() if local_path(uri) else HadoopFiles(gateway())


class LocalFiles:
    def exists(self, uri: str) -> bool:
        return local_path(uri).exists()

    def is_folder(self, uri: str) -> bool:
        return local_path(uri).is_dir()

    def list(self, uri: str, hidden: bool = False) -> list[tuple[str, int]]:
        """All files below (or the file at) a URI with their sizes in bytes, sorted; `hidden`: those too that Spark's
        readers pass over.
        """
        path = local_path(uri)
        found = [path] if path.is_file() else (each for each in path.rglob("*") if each.is_file())
        sized = sorted((str(each), each.stat().st_size) for each in found)
        return [(place, size) for place, size in sized if hidden or not _hidden(Path(place).relative_to(path).parts)]

    def fetch(self, uri: str) -> Path:
        """A file or folder as a path of this machine, which the program must not write to."""
        return local_path(uri)

    def put(self, source: Path, uri: str) -> None:
        """Copies a file of this machine to where nothing is yet."""
        target = local_path(uri)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)

    def replace(self, source: Path, uri: str) -> None:
        """The same, over what may be there."""
        self.put(source, uri)

    def rename(self, uri: str, new: str) -> None:
        """Gives a file its final name. Where another has got it meanwhile, either of the two stays."""
        local_path(uri).replace(local_path(new))

    def read(self, uri: str, start: int, length: int) -> bytes:
        with open(local_path(uri), "rb") as file:
            file.seek(start)
            return file.read(length)


class HadoopFiles:
    """The same through org.apache.hadoop.fs.FileSystem, with the attempt's spark.hadoop.* settings."""

    def __init__(self, gateway):
        self._jvm = gateway.jvm
        self._conf = self._jvm.org.apache.spark.deploy.SparkHadoopUtil.get().conf()

    def _at(self, uri: str):
        path = self._jvm.org.apache.hadoop.fs.Path(uri)
        return path, path.getFileSystem(self._conf)

    def exists(self, uri: str) -> bool:
        path, system = self._at(uri)
        return system.exists(path)

    def matches(self, uri: str) -> bool:
        """Whether there's something at a URI that may be a pattern."""
        path, system = self._at(uri)
        return bool(system.globStatus(path))

    def is_folder(self, uri: str) -> bool:
        path, system = self._at(uri)
        return system.exists(path) and system.getFileStatus(path).isDirectory()

    def list(self, uri: str, hidden: bool = False) -> list[tuple[str, int]]:
        path, system = self._at(uri)
        found, files, root = [], system.listFiles(path, True), system.makeQualified(path).toString()
        while files.hasNext():
            status = files.next()
            place = status.getPath().toString()
            if hidden or not _hidden(place[len(root) :].split("/")):
                found.append((place, status.getLen()))
        return sorted(found)

    def fetch(self, uri: str) -> Path:
        """Copies the file, or all that is in the folder, to a folder of its own, which goes when the driver ends."""
        path, system = self._at(uri)
        target = new_folder("input") / path.getName()
        if system.getFileStatus(path).isDirectory():
            root = system.makeQualified(path).toString().rstrip("/")
            target.mkdir()
            for place, _ in self.list(uri, hidden=True):
                self._fetch_file(system, place, target / place[len(root) + 1 :])
        else:
            self._fetch_file(system, uri, target)
        return target

    def _fetch_file(self, system, uri: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        path = self._jvm.org.apache.hadoop.fs.Path
        system.copyToLocalFile(False, path(uri), path(str(target)), True)

    def put(self, source: Path, uri: str) -> None:
        path, system = self._at(uri)
        system.copyFromLocalFile(False, False, self._jvm.org.apache.hadoop.fs.Path(str(source)), path)

    def replace(self, source: Path, uri: str) -> None:
        path, system = self._at(uri)
        system.copyFromLocalFile(False, True, self._jvm.org.apache.hadoop.fs.Path(str(source)), path)

    def rename(self, uri: str, new: str) -> None:
        path, system = self._at(uri)
        try:
            done = system.rename(path, self._at(new)[0])
        except Exception:  # of some file systems, where others say no
            if not self.exists(new):
                raise
            done = False
        if not done:
            system.delete(path, False)
            if not self.exists(new):
                raise OSError(f"{uri} can't be renamed to {new}")

    def read(self, uri: str, start: int, length: int) -> bytes:
        path, system = self._at(uri)
        stream = system.open(path)
        try:
            stream.seek(start)
            return bytes(self._jvm.org.apache.commons.io.IOUtils.toByteArray(stream, length))
        finally:
            stream.close()


def _hidden(parts) -> bool:
    """Whether Spark's readers pass over a path for one of its parts: `_SUCCESS`, `_temporary/0/part-0`, `.x.crc`."""
    return any(part.startswith(("_", ".")) for part in parts)
