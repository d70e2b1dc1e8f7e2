"""Hand a case to an authority: a ZIP with PDF and files, sealed to its public key alone.

The archive's manifest is signed by the portal. It holds no key, no note and no name. On
the disk lies only ciphertext, and only until it was sent.
"""

import io
import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.services import record
from reports.attestation import public_key, sign_bytes
from reports.case_pdf import case_pdf
from reports.crypto import (
    FileSealer,
    Root,
    SealBrokenError,
    new_key,
    unseal_file,
    wrap,
)
from reports.models import Authority, SealedMessage, Tip, Wrap
from reports.questionnaires import read_schema, shown_answer
from reports.services.cases import Case, key_of, read_case
from reports.services.conversation import Attachment, Turn, read_files
from reports.services.vaults import OpenVault
from reports.uploads import folder, path_of

MAGIC = b"acp-export-1\n"
SIZE_BYTES = 8
# Of an HPKE wrap around a key and a size.
WRAP_BYTES = 2 + 1088 + 32 + 32 + SIZE_BYTES + 16


class _Sealed(io.RawIOBase):
    """A sink that seals what an archive writes; it cannot go back."""

    def __init__(self, sealer: FileSealer) -> None:
        self.sealer = sealer

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:
        self.sealer.write(bytes(content))
        return len(content)


def export_case(*, tip: Tip, to: Authority, vault: OpenVault, by: User) -> UUID:
    """Write the sealed export beside the files of reports; return its name there."""
    case = read_case(tip=tip, vault=vault, by=by)
    files = read_files(tip, key_of(tip, vault, Wrap.Purpose.CONTENT, by))
    file, key = uuid4(), new_key()
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with path_of(file).open("xb") as sink:
        sink.write(MAGIC + file.bytes + bytes(WRAP_BYTES))
        sealer = FileSealer(key, file, sink)
        _write_archive(_Sealed(sealer), _facts(tip, case), files)
        sealer.finish()
        held = key + sealer.size.to_bytes(SIZE_BYTES, "big")
        sink.seek(len(MAGIC) + len(file.bytes))
        sink.write(wrap(held, bytes(to.public_key), _info(file)))
    record(
        action="export",
        kind="report",
        public_id=tip.reference,
        by=by,
        detail=to.name,
    )
    return file


def _info(file: UUID) -> bytes:
    return f"acp/export/v1|{file}".encode()


def _facts(tip: Tip, case: Case) -> dict[str, Any]:
    questions = {q.id: q for q in read_schema(tip.questionnaire.schema).questions()}
    return {
        "portal": settings.PUBLIC_URL,
        "reference": tip.reference,
        "received_on": tip.received_on.isoformat(),
        "state": str(tip.get_state_display()),
        "exported_on": timezone.localdate().isoformat(),
        "answers": [
            [str(questions[name].label.plain), shown_answer(questions[name], value)]
            for name, value in case.head.answers.items()
            if name in questions
        ],
        "conversation": [_said(t) for t in case.turns if t.side != _NOTE],
        "files": [file.name for file in case.files],
    }


_NOTE = SealedMessage.Side.NOTE


def _said(turn: Turn) -> dict[str, Any]:
    return {
        "side": str(SealedMessage.Side(turn.side).label),
        "on": turn.written_on.isoformat(),
        "text": turn.text,
        "is_genuine": turn.is_genuine,
    }


def _write_archive(
    sink: io.RawIOBase, facts: dict[str, Any], files: list[Attachment]
) -> None:
    sums: dict[str, str] = {}
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in (
            ("case.json", json.dumps(facts, ensure_ascii=False, indent=1).encode()),
            ("case.pdf", case_pdf(facts)),
        ):
            archive.writestr(_entry(name), content)
            sums[name] = sha256(content).hexdigest()
        for file in files:
            name = f"files/{file.id}/{_safe(file.name)}"
            sums[name] = _copy(archive, name, file)
        manifest = json.dumps(
            {"reference": facts["reference"], "sha256": sums}, ensure_ascii=False
        ).encode()
        archive.writestr(_entry("manifest.json"), manifest)
        signature = f"{sign_bytes(manifest)}\n{public_key()}\n"
        archive.writestr(_entry("manifest.sig"), signature)


def _entry(name: str) -> zipfile.ZipInfo:
    # The format's own first day: an hour would be somebody's hour at work.
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _safe(name: str) -> str:
    kept = "".join(c for c in name if c.isalnum() or c in " ._-").strip(" .")
    return kept[:100] or "file"


def _copy(archive: zipfile.ZipFile, name: str, file: Attachment) -> str:
    digest = sha256()
    with (
        path_of(file.id).open("rb") as stored,
        archive.open(_entry(name), "w", force_zip64=True) as sink,
    ):
        for chunk in unseal_file(file.key, file.id, stored, file.size):
            digest.update(chunk)
            sink.write(chunk)
    return digest.hexdigest()


def open_export(root: Root, source: BinaryIO, write: Callable[[bytes], object]) -> None:
    """Write out the archive; raise SealBrokenError for one of others or a changed one."""
    if source.read(len(MAGIC)) != MAGIC:
        raise SealBrokenError("This is no export")
    file = UUID(bytes=source.read(16))
    held = root.unwrap(source.read(WRAP_BYTES), _info(file))
    size = int.from_bytes(held[-SIZE_BYTES:], "big")
    for chunk in unseal_file(held[:-SIZE_BYTES], file, source, size):
        write(chunk)
