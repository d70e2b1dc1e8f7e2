"""What every page of a reporter has in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from foundation.languages import current_language
from reports.cleaning import with_clean_copy
from reports.form_tokens import seal_form
from reports.forms import ReceiptForm
from reports.models import Channel
from reports.receipts import as_words, grouped
from reports.services.filing import readers
from reports.uploads import SealedUpload, SealedUploadHandler
from reports.words import language_of_words

RECEIPT_MINUTES = 60
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
        except UnreadablePostError:
            raise BadRequest("The form broke off") from None
        finally:
            # An upload that broke off leaves nothing of itself behind.
            handler.tidy()

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


def only_clean(record: dict[str, Any]) -> dict[str, Any]:
    """Leave the original out; it stays on the disk without a key until it is swept."""
    if "clean" not in record:
        return record
    return {**record["clean"], "state": "clean", "found": []}


def open_channel() -> Channel | None:
    """Return the channel that takes reports, if there is anybody to read them."""
    for channel in Channel.objects.filter(is_active=True):
        if readers(channel):
            return channel
    return None


def receipt_page(
    request: HttpRequest, held: dict[str, Any], form: ReceiptForm
) -> HttpResponse:
    """Show a receipt until it was typed back; `held` says whose it is."""
    context = {
        "receipt": grouped(held["receipt"]),
        "words": as_words(held["receipt"], current_language()),
        "words_language": language_of_words(current_language()),
        "is_dictated": held.get("is_dictated", False),
        "is_changed": "visit" in held,
        "sealed": seal_form("receipt", held, minutes=RECEIPT_MINUTES),
        "form": form,
    }
    return render(request, "reports/receipt.html", context)
