"""Clean copies: a file without its author, place and device, and a list of what it told.

The work is done by `python -m reports.cleaning` in a process of its own, with narrow
limits, that can write no file: the content comes and goes through pipes. A file that
cannot be cleaned is handed over as it is, and the reporter is told before sending.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from threading import Timer
from typing import IO, Any
from uuid import UUID, uuid4

from reports.cleaning.found import kind_of
from reports.crypto import FileSealer, new_key, unseal_file
from reports.uploads import blur_time, path_of

SECONDS = 30
MEMORY = 1 << 30
# Longer files would take too long while the reporter waits; a recording is only repacked.
LONGEST = {"recording": 128 * 2**20}
LONGEST_OTHER = 32 * 2**20
LONGEST_CLEAN = 160 * 2**20
LONGEST_HEAD = 2**20
PART_BYTES = 64 * 1024
MOST_FOUND = 30
LONGEST_FOUND = 120
ROOT = Path(__file__).resolve().parent.parent.parent


def with_clean_copy(record: dict[str, Any]) -> dict[str, Any]:
    """Return an upload's record with `found`, `state` and, if there is one, `clean`.

    The state is clean, unknown (of this kind of file), large or failed.
    """
    file, key = UUID(record["id"]), bytes.fromhex(record["key"])
    with path_of(file).open("rb") as stored:
        parts = unseal_file(key, file, stored, record["size"])
        first = next(filter(None, parts), b"")
        kind = kind_of(first)
        if record["size"] > LONGEST.get(kind, LONGEST_OTHER):
            return {**record, "state": "large", "found": []}
        if not kind:
            return {**record, "state": "unknown", "found": []}
        said = _clean(chain([first], parts), record["name"])
    found = [
        [str(kind), str(value)[:LONGEST_FOUND]] for kind, value in said.pop("found", [])
    ]
    return {**record, **said, "found": found[:MOST_FOUND]}


def _clean(content: Iterable[bytes], name: str) -> dict[str, Any]:
    """Return `state`, `found` and `clean`; no file is ever whole in this process."""
    child = subprocess.Popen(  # noqa: S603  # our own program and two numbers
        [sys.executable, "-m", "reports.cleaning", str(MEMORY), str(SECONDS)],
        cwd=ROOT,
        env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    end = Timer(SECONDS * 2, child.kill)
    end.start()
    try:
        with child:
            return _said(child, content, name)
    except (OSError, ValueError):
        return {"state": "failed"}
    finally:
        end.cancel()


def _said(
    child: subprocess.Popen[bytes], content: Iterable[bytes], name: str
) -> dict[str, Any]:
    assert child.stdin
    assert child.stdout
    # The child reads everything before it writes.
    with child.stdin:
        child.stdin.writelines(content)
    said: dict[str, Any] = json.loads(child.stdout.readline(LONGEST_HEAD))
    if "copy" in said:
        suffix, kind, size = said.pop("copy")
        if size > LONGEST_CLEAN:
            return {"state": "failed"}
        said["clean"] = {
            **_sealed(child.stdout, size),
            "name": f"{Path(name).stem}-clean{suffix}",
            "type": kind,
        }
    return said


def _sealed(source: IO[bytes], size: int) -> dict[str, Any]:
    file, key = uuid4(), new_key()
    descriptor = os.open(path_of(file), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as sink:
        sealer = FileSealer(key, file, sink)
        while part := source.read(PART_BYTES):
            sealer.write(part)
        sealer.finish()
    if sealer.size != size:
        path_of(file).unlink()
        raise ValueError("The copy is not whole")
    blur_time(path_of(file))
    return {"id": str(file), "key": key.hex(), "size": size}
