"""Files that staff uploaded, as readers get them: shown, never run, in parts if asked."""

from mimetypes import guess_type
from pathlib import PurePath

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.utils.http import content_disposition_header
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import MissingFileError, StaticFile


def media_response(
    request: HttpRequest, stored: FieldFile, *, as_attachment: bool = False
) -> FileResponse:
    """Return a file whole, the range of its bytes that was asked for, or 304.

    Some phones play no video of a server that knows no ranges (RFC 9110, section 14),
    and without them nobody can jump within one. Raises Http404 where the file is gone.
    """
    name = PurePath(stored.name or "").name
    headers = [
        ("Accept-Ranges", "bytes"),
        ("Content-Type", guess_type(name)[0] or "application/octet-stream"),
        ("Content-Disposition", content_disposition_header(as_attachment, name) or ""),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    try:
        served = StaticFile(stored.path, headers)
    except MissingFileError as error:
        raise Http404 from error
    response: FileResponse = WhiteNoiseMiddleware.serve(served, request)
    return response
