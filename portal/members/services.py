"""Give a login to whoever can read a mail sent to the address."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote

from django.conf import settings
from django.core.signing import BadSignature, dumps, loads
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.models import Message
from foundation.notifications.services import send

SALT = "portal.members"
GOOD_FOR = timedelta(days=3)
# Nobody can fill a stranger's mailbox through the form.
MAILS_PER_DAY = 3


class StaleLinkError(Exception):
    """The link was changed, is too old, or was used already."""


@dataclass(frozen=True)
class Request:
    """What the link in the mail carries, signed; nothing is stored until it is used."""

    email: str
    name: str
    language: str
    next: str


@transaction.atomic
def ask_to_join(request: Request) -> None:
    """Mail the link that makes a login.

    Who has a login gets a mail as well, so that the page does not tell strangers
    whose address is known. Beyond the day's limit nothing is written.
    """
    email = request.email.lower()
    with connection.cursor() as cursor:
        # Requests for one address in parallel would all stay under the limit.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [email])
    mails = Message.objects.filter(
        recipient=email,
        template__in=["join", "already_member"],
        created_at__gt=timezone.now() - timedelta(days=1),
    ).count()
    if mails >= MAILS_PER_DAY:
        return
    known = User.objects.filter(email__iexact=email).first()
    if known is not None and not known.is_active:
        return
    token = dumps(asdict(request) | {"email": email}, salt=SALT, compress=True)
    path = (
        f"{reverse('account_login')}?next={quote(request.next)}"
        if known
        else reverse("join_confirm", args=[token])
    )
    send(
        # The key of a mail is seen where its link must not be.
        key=f"join:{sha256(f'{token}{mails}'.encode()).hexdigest()[:24]}",
        recipient=email,
        language=known.language if known else request.language,
        template="already_member" if known else "join",
        context={"url": f"{settings.PUBLIC_URL}{path}"},
    )


def read_link(token: str) -> Request:
    """Return what a link carries; raise StaleLinkError where it is good no more."""
    try:
        request = Request(**loads(token, salt=SALT, max_age=GOOD_FOR))
    except BadSignature as error:
        raise StaleLinkError from error
    if User.objects.filter(email__iexact=request.email).exists():
        raise StaleLinkError
    return request


def join(request: Request, *, password: str) -> User:
    """Make the login; raise StaleLinkError where another use of the link was faster."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                request.email,
                password,
                name=request.name,
                language=request.language,
            )
            record(action="join", kind="user", public_id=str(user.pk), by=user)
    except IntegrityError as error:
        raise StaleLinkError from error
    return user
