"""What every page of a reporter has in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from reports.cleaning import with_clean_copy
from reports.models import Channel
from reports.services.filing import readers
from reports.uploads import SealedUpload, SealedUploadHandler

View = Callable[..., HttpResponseBase]


def reporter_page(view: View) -> View:
    """Receive files sealed, and ask for no cookie.

    A page that sends no referrer sends no origin either, which Django's check against
    forgery refuses; and there is nothing to forge: what a form may do is in the form.
    """

    @wraps(view)
    def received(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        handler = SealedUploadHandler(request)
        request.upload_handlers = [handler]
        try:
            return view(request, *args, **kwargs)
        finally:
            # An upload that broke off leaves no half of itself behind.
            handler.upload_interrupted()

    hidden = sensitive_post_parameters()(received)
    return csrf_exempt(require_http_methods(["GET", "POST"])(hidden))


def uploaded(request: HttpRequest) -> tuple[list[dict[str, Any]], str]:
    """Return the records of the files that came, and why one was refused."""
    files = request.FILES.getlist("file")
    records = [
        with_clean_copy(file.record) for file in files if isinstance(file, SealedUpload)
    ]
    refused = next(
        (
            handler.refused
            for handler in request.upload_handlers
            if isinstance(handler, SealedUploadHandler)
        ),
        "",
    )
    return records, refused


def open_channel() -> Channel | None:
    """Return the channel that takes reports, if there is anybody to read them."""
    for channel in Channel.objects.filter(is_active=True):
        if readers(channel):
            return channel
    return None
