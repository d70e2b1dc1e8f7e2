"""Give a sealed file out again: opened chunk by chunk, as a download that runs nothing."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from reports.crypto import CHUNK_BYTES, unseal_file
from reports.services.conversation import Attachment
from reports.uploads import path_of


def attachment_response(file: Attachment) -> StreamingHttpResponse:
    """Return the file; one that was changed breaks off and never ends well."""
    kind = "application/octet-stream"
    response = StreamingHttpResponse(_chunks(file), content_type=kind)
    response["Content-Length"] = str(file.size)
    disposition = content_disposition_header(True, file.name or "file")
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _chunks(file: Attachment) -> Iterator[bytes]:
    with path_of(file.id).open("rb") as stored:
        yield from unseal_file(file.key, file.id, stored, file.size)


def sealed_response(file: UUID, name: str) -> StreamingHttpResponse:
    """Send a sealed file as it is, and remove it."""
    path = path_of(file)
    size = path.stat().st_size
    response = StreamingHttpResponse(
        _once(path), content_type="application/octet-stream"
    )
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _once(path: Path) -> Iterator[bytes]:
    # Open, it can be read on after its name is gone, and goes with the process.
    with path.open("rb") as stored:
        path.unlink()
        while chunk := stored.read(CHUNK_BYTES):
            yield chunk
