"""Render a message in its reader's language and hand it to the mail server."""

import logging
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation

from foundation.languages import languages, pick
from foundation.notifications.links import absolute, confirm_path, unsubscribe_path
from foundation.notifications.models import Message, Subscription
from foundation.notifications.secret import is_secret

logger = logging.getLogger(__name__)

FOLDER = "emails/notifications"


@transaction.atomic
def deliver_message(
    message_id: int, connection: BaseEmailBackend | None = None
) -> bool:
    """Send one message that is due; tell whether it went out.

    At least once: the row is locked, so two workers never send it together, and it is
    marked only after the server took it. A failure is noted and tried again later.
    """
    waiting = Message.objects.due().select_for_update(skip_locked=True)
    message = waiting.filter(pk=message_id).first()
    if message is None:
        return False
    if _is_unwanted(message):
        message.delete()
        return False
    try:
        build_mail(message, connection or get_connection()).send()
    except Exception as error:  # noqa: BLE001  # any failure must leave the rest to go out
        _note_failure(message, error)
        return False
    message.sent_at = timezone.now()
    if is_secret(message.template):
        message.context = {}
    message.save(update_fields=["sent_at", "context"])
    return True


def _is_unwanted(message: Message) -> bool:
    """Tell whether the reader has unsubscribed since the message was written."""
    if message.subscription_id is None:
        return False
    return not Subscription.objects.filter(pk=message.subscription_id).exists()


def _note_failure(message: Message, error: Exception) -> None:
    # Neither the text of the error nor a traceback: both repeat the address.
    message.last_error = type(error).__name__
    message.attempts += 1
    message.not_before = timezone.now() + message.pause
    message.save(update_fields=["attempts", "last_error", "not_before"])
    logger.warning(
        "Message %s was not sent (%s), attempt %s",
        message.pk,
        message.last_error,
        message.attempts,
    )


def build_mail(message: Message, connection: BaseEmailBackend) -> EmailMessage:
    with translation.override(message.language):
        context = _context(message)
        subject = " ".join(_render(f"{message.template}.subject", context).split())
        body = _render(message.template, context).strip() + "\n"
    mail = EmailMessage(
        subject,
        body,
        to=[message.recipient],
        headers=_headers(message),
        connection=connection,
    )
    if "calendar" in message.context:
        mail.attach("calendar.ics", message.context["calendar"], "text/calendar")
    return mail


def _context(message: Message) -> dict[str, Any]:
    """Return the message's context: texts in its language, paths as addresses."""
    context = {name: _localised(value) for name, value in message.context.items()}
    if "path" in context:
        context["url"] = absolute(context["path"], message.language)
    if message.subscription_id is not None:
        context["confirm_url"] = absolute(
            confirm_path(message.subscription_id), message.language
        )
        context["unsubscribe_url"] = _unsubscribe_url(message)
    return {**context, "portal_url": absolute("/", message.language)}


def _localised(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == set(languages()):
        return pick(value)
    return value


def _unsubscribe_url(message: Message) -> str:
    assert message.subscription_id is not None
    return absolute(unsubscribe_path(message.subscription_id), message.language)


def _render(name: str, context: dict[str, Any]) -> str:
    # A mail of plain text: nothing in it is HTML, so nothing is escaped.
    template = get_template(f"{FOLDER}/{name}.txt").template  # type: ignore[attr-defined]
    return str(template.render(Context(context, autoescape=False)))


def _headers(message: Message) -> dict[str, str]:
    # One id for each row: a mail sent twice after a crash shows once in most programs.
    digest = sha256(f"{settings.SECRET_KEY}{message.key}".encode()).hexdigest()[:32]
    headers = {
        "Message-ID": f"<{digest}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
    }
    if message.subscription_id is not None:
        headers["List-Unsubscribe"] = f"<{_unsubscribe_url(message)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
