"""A signed proof of filing: a day and a digest, and nothing of the report.

The key is the setting REPORT_PROOF_KEY (32 bytes in hex) or a file that is made on first
use. Its public half is on the page that checks proofs. `docs/adr/0024-proof-of-filing.md`
"""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings
from nacl.encoding import HexEncoder
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey

HEAD = "acp proof of filing 1"
PROOF = re.compile(
    rf"{HEAD}\n(?P<portal>https?://[^\s]{{1,200}})\n(?P<day>\d{{4}}-\d\d-\d\d)\n"
    r"(?P<digest>[0-9a-f]{64})\n(?P<signature>[0-9a-f]{128})\n?"
)
LONGEST = 600


@dataclass(frozen=True)
class Proof:
    day: date
    digest: str


def make_proof(day: date, digest: str) -> str:
    text = f"{HEAD}\n{settings.PUBLIC_URL}\n{day.isoformat()}\n{digest}\n"
    return f"{text}{_key().sign(text.encode()).signature.hex()}\n"


def read_proof(text: str) -> Proof | None:
    """Return what a proof says, if this portal signed it."""
    lines = (line.strip() for line in text[:LONGEST].strip().splitlines())
    found = PROOF.fullmatch("\n".join(lines))
    if found is None:
        return None
    signed = found[0][: found.start("signature")].encode()
    with suppress(BadSignatureError, ValueError):
        _key().verify_key.verify(signed, bytes.fromhex(found["signature"]))
        return Proof(date.fromisoformat(found["day"]), found["digest"])
    return None


def sign_bytes(content: bytes) -> str:
    """Sign a manifest; a proof of filing begins otherwise and is not taken for one."""
    return _key().sign(b"acp manifest 1\n" + content).signature.hex()


def public_key() -> str:
    return _key().verify_key.encode(HexEncoder).decode()


def _path() -> Path:
    return settings.VAR_DIR / "keys" / "report-proof.key"


@cache
def _key() -> SigningKey:
    if settings.REPORT_PROOF_KEY:
        return SigningKey(settings.REPORT_PROOF_KEY.encode(), HexEncoder)
    path = _path()
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(SigningKey.generate().encode(HexEncoder))
        # A link fails where another process was first; then its key is used.
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return SigningKey(path.read_bytes(), HexEncoder)
