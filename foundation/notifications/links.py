"""The links in mails: a signed subscription number is all that is needed to use one."""

from django.conf import settings
from django.core import signing

from foundation.notifications.models import KEPT_UNCONFIRMED, Subscription

CONFIRM = "notifications.confirm"
UNSUBSCRIBE = "notifications.unsubscribe"


class LinkTooOldError(Exception):
    """The link was genuine and its time is over."""


def absolute(path: str, language: str) -> str:
    """Return the public address of a path that is written without its language."""
    return f"{settings.PUBLIC_URL}/{language}{path}"


def confirm_path(subscription_id: int) -> str:
    return f"/subscriptions/confirm/{signing.dumps(subscription_id, salt=CONFIRM)}/"


def unsubscribe_path(subscription_id: int) -> str:
    token = signing.dumps(subscription_id, salt=UNSUBSCRIBE)
    return f"/subscriptions/unsubscribe/{token}/"


def subscription_to_confirm(token: str) -> Subscription | None:
    """Return the subscription of a confirmation link; None for a forged one."""
    try:
        number = signing.loads(token, salt=CONFIRM, max_age=KEPT_UNCONFIRMED)
    except signing.SignatureExpired as error:
        raise LinkTooOldError from error
    except signing.BadSignature:
        return None
    found = Subscription.objects.filter(pk=number).first()
    if found is None:
        raise LinkTooOldError
    return found


def number_to_unsubscribe(token: str) -> int | None:
    """Return the number of an unsubscribe link, which never ends; None if forged."""
    try:
        number = signing.loads(token, salt=UNSUBSCRIBE)
    except signing.BadSignature:
        return None
    return int(number)
