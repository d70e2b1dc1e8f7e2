"""Clean copies: a file without its author, place and device, and a list of what it told.

The work is done by `python -m reports.cleaning` in a process of its own, with narrow
limits, that can write no file: the content comes and goes through pipes. A file that
cannot be cleaned is handed over as it is, and the reporter is told before sending.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from reports.cleaning.found import kind_of
from reports.crypto import FileSealer, new_key, unseal_file
from reports.uploads import blur_time, path_of

SECONDS = 30
MEMORY = 1 << 30
# Longer files would take too long while the reporter waits.
LONGEST = 32 * 2**20
LONGEST_CLEAN = 64 * 2**20
MOST_FOUND = 30
LONGEST_FOUND = 120
ROOT = Path(__file__).resolve().parent.parent.parent


def with_clean_copy(record: dict[str, Any]) -> dict[str, Any]:
    """Return an upload's record with `found`, `state` and, if there is one, `clean`.

    The state is clean, unknown (of this kind of file), large or failed.
    """
    if record["size"] > LONGEST:
        return {**record, "state": "large", "found": []}
    file, key = UUID(record["id"]), bytes.fromhex(record["key"])
    with path_of(file).open("rb") as stored:
        content = b"".join(unseal_file(key, file, stored, record["size"]))
    if not kind_of(content):
        return {**record, "state": "unknown", "found": []}
    said, cleaned = _clean(content)
    found = [
        [str(kind), str(value)[:LONGEST_FOUND]] for kind, value in said.get("found", [])
    ]
    more: dict[str, Any] = {"state": said["state"], "found": found[:MOST_FOUND]}
    if said["state"] == "clean":
        more["clean"] = _sealed(cleaned, record["name"], said["suffix"], said["type"])
    return {**record, **more}


def _clean(content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "reports.cleaning"],
            cwd=ROOT,
            env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS * 2,
            check=True,
            preexec_fn=_limit,
        )
        head, _line, cleaned = done.stdout.partition(b"\n")
        said: dict[str, Any] = json.loads(head)
    except (subprocess.SubprocessError, ValueError):
        return {"state": "failed"}, b""
    if len(cleaned) > LONGEST_CLEAN:
        return {"state": "failed"}, b""
    return said, cleaned


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    # No file can be written, so that no library leaves plaintext somewhere.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _sealed(content: bytes, name: str, suffix: str, kind: str) -> dict[str, Any]:
    file, key = uuid4(), new_key()
    descriptor = os.open(path_of(file), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as sink:
        sealer = FileSealer(key, file, sink)
        sealer.write(content)
        sealer.finish()
    blur_time(path_of(file))
    return {
        "id": str(file),
        "key": key.hex(),
        "name": f"{Path(name).stem}-clean{suffix}",
        "type": kind,
        "size": len(content),
    }
