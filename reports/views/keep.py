"""What a reporter may keep: a proof of filing, and a feed that tells of answers."""

from hashlib import blake2b

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.languages import current_language
from reports.attestation import public_key, read_proof
from reports.forms import ProofForm
from reports.services.visits import filing_digest, has_answer, open_by_receipt
from reports.views.pages import reporter_page


@reporter_page
def check_proof(request: HttpRequest) -> HttpResponse:
    form = ProofForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "public_key": public_key(), "portal": settings.PUBLIC_URL}
    if form.is_valid():
        proof = read_proof(form.cleaned_data["proof"])
        context |= {"is_checked": True, "proof": proof}
        typed = form.cleaned_data["receipt"]
        if proof is not None and typed:
            visit = open_by_receipt(typed)
            is_theirs = visit is not None and filing_digest(visit) == proof.digest
            context |= {"is_compared": True, "is_theirs": is_theirs}
    return render(request, "reports/proof.html", context)


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Tell that there is an answer and nothing else; an unknown address has none yet."""
    is_answered, count = has_answer(token)
    now = timezone.localtime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = settings.PUBLIC_URL + reverse("report")
    atom = Atom1Feed(
        title=_("News"),
        link=start,
        description="",
        language=current_language(),
        feed_guid=_name(token, 0),
    )
    if is_answered:
        atom.add_item(
            title=_("There is an answer"),
            link=start,
            description="",
            unique_id=_name(token, count),
            updateddate=midnight,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    atom.write(response, "utf-8")
    return response


def _name(token: str, number: int) -> str:
    digest = blake2b(f"{token}|{number}".encode(), digest_size=16, person=b"acp-feed")
    return f"urn:acp:{digest.hexdigest()}"
