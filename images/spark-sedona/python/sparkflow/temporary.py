"""Folders of this driver's own under TMPDIR, which go when it ends."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path


def new_folder(purpose: str) -> Path:
    """A new folder, readable by this user only."""
    folder = Path(tempfile.mkdtemp(prefix=f"sparkflow-{purpose}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
