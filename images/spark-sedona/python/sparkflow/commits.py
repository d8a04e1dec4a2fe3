"""Whether a task of a run has written a table already: an attempt that is tried again must not append a second time.

`commit` is a URI in the task's own part of the storage, the same for all attempts of the task in the run.
"""

from __future__ import annotations

import json

from sparkflow.files import open_files
from sparkflow.temporary import new_folder

# In the summary of an Iceberg snapshot: which task of which run made it
_PROPERTY = "sparkflow.commit"


class IcebergCommit:
    """Exact for attempts that come one after the other: rows and commit are one snapshot."""

    def __init__(self, session, commit: str, table: str):
        self._session, self._commit, self._table = session, commit, table
        self.options = {f"snapshot-property.{_PROPERTY}": commit}

    def found(self) -> dict | None:
        """The number of rows that were written, where the table has a snapshot of this task and run."""
        history = self._session.table(f"{self._table}.snapshots")
        summary = history.where(history["summary"][_PROPERTY] == self._commit).select("summary").first()
        if summary is None:
            return None
        rows = summary["summary"].get("added-records", "0")
        return {"rows": int(rows)}

    def done(self, entry: dict) -> None:
        """Nothing is left to do."""


class Marker:
    """A file beside the attempts' folders, written right after the table. A driver that ends between the two leaves
    rows without a marker, which the next attempt then writes again.
    """

    def __init__(self, session, commit: str):
        self.options: dict[str, str] = {}
        self._commit = commit
        self._files = open_files(commit, lambda: session.sparkContext._gateway)

    def found(self) -> dict | None:
        """What the result said of the output."""
        if not self._files.exists(self._commit):
            return None
        return json.loads(self._files.fetch(self._commit).read_text("utf-8"))

    def done(self, entry: dict) -> None:
        """Says that the table was written."""
        source = new_folder("commit") / "entry.json"
        source.write_text(json.dumps(entry), "utf-8")
        self._files.put(source, self._commit)
