"""Subscribe by double opt-in, unsubscribe by one click, both without an account."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from foundation.languages import current_language
from foundation.notifications.forms import SubscribeForm
from foundation.notifications.links import (
    LinkTooOldError,
    number_to_unsubscribe,
    subscription_to_confirm,
)
from foundation.notifications.services import confirm, subscribe, unsubscribe
from foundation.notifications.topics import topic_kind


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    public_id = request.GET.get("id", "")
    kind = topic_kind(request.GET.get("kind", ""))
    # PostgreSQL refuses the character, and no id has it.
    title = kind.title(public_id) if kind and "\x00" not in public_id else None
    if kind is None or title is None:
        raise Http404
    form = SubscribeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        subscribe(
            email=form.cleaned_data["email"],
            language=current_language(),
            topic=(kind.kind, public_id),
            title=title.plain,
        )
        return redirect("notifications:asked")
    back = f"/{current_language()}{kind.path.format(public_id)}"
    context = {"form": form, "kind": kind, "title": title, "back": back}
    return render(request, "notifications/new.html", context)


@require_GET
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "notifications/asked.html")


# The signed value in the address is the right to post; mail programs have no cookie.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def confirm_subscription(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before confirming: programs that scan mails open links, but never post."""
    try:
        subscription = subscription_to_confirm(token)
    except LinkTooOldError:
        return render(request, "notifications/too_old.html", status=410)
    if subscription is None:
        raise Http404
    kind = topic_kind(subscription.topic_kind)
    title = kind.title(subscription.topic_id) if kind else None
    if request.method == "POST":
        confirm(subscription)
    template = "confirmed" if request.method == "POST" else "confirm"
    context = {"subscription": subscription, "kind": kind, "title": title}
    return render(request, f"notifications/{template}.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribe on POST, in one click and without a redirect, as RFC 8058 asks."""
    number = number_to_unsubscribe(token)
    if number is None:
        raise Http404
    if request.method == "POST":
        unsubscribe(number)
        return render(request, "notifications/unsubscribed.html")
    return render(request, "notifications/unsubscribe.html")
