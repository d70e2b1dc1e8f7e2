"""Give a sealed file out again: opened chunk by chunk, as a download that runs nothing."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from reports.crypto import unseal_file
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
