"""Give, change and take away the logins of staff."""

from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse

from foundation.accounts.models import User
from foundation.accounts.roles import sync_roles
from foundation.audit.services import record
from foundation.notifications.services import send
from foundation.territory.models import Area, PublicBody, Scope


@dataclass(frozen=True)
class Place:
    """What a staff member works on: one body, one area, or the whole agency."""

    body: PublicBody | None = None
    area: Area | None = None

    @property
    def kind(self) -> str:
        if self.body is not None:
            return Scope.Kind.BODY
        return Scope.Kind.AREA if self.area is not None else Scope.Kind.AGENCY


@transaction.atomic
def create_staff(*, email: str, roles: list[str], place: Place | None) -> str:
    """Give a person a staff login and return its one-time password.

    Without roles the login may do everything. For an e-mail that has a login, it
    sets a new password, ends its sessions, and changes roles or place where named.
    """
    sync_roles()
    password = token_urlsafe(12)
    user = User.objects.filter(email__iexact=email).first()
    is_new = user is None
    if user is None:
        user = User(email=email.lower(), is_superuser=not roles)
    elif roles:
        user.is_superuser = False
    user.is_staff = user.is_active = user.password_is_temporary = True
    user.set_password(password)
    user.save()
    if roles:
        user.groups.set(Group.objects.filter(name__in=roles))
    if is_new or place is not None:
        set_place(user=user, place=place or Place())
    record(
        action="add" if is_new else "set password",
        kind="user",
        public_id=str(user.pk),
        by=None,
        detail=", ".join(roles) or "superuser" * user.is_superuser,
    )
    return password


def set_place(*, user: User, place: Place) -> None:
    Scope.objects.update_or_create(
        user=user,
        defaults={"kind": place.kind, "body": place.body, "area": place.area},
    )


@transaction.atomic
def invite(*, user: User, by: User) -> None:
    """Mail a person the link with which to choose a password."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uid, _, token = key.partition("-")
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}
    )
    send_password_link(user=user, template="invitation", path=path)
    record(action="invite", kind="user", public_id=str(user.pk), by=by)


def send_password_link(*, user: User, template: str, path: str) -> None:
    send(
        # Two links are two mails; the key of a mail is seen where the link must not be.
        key=f"{template}:{user.pk}:{sha256(path.encode()).hexdigest()[:16]}",
        recipient=user.email,
        language=user.language,
        template=template,
        # Not a `path`: the pages around signing in have no language in their address.
        context={"url": f"{settings.PUBLIC_URL}{path}"},
    )


@transaction.atomic
def forget_second_factors(*, user: User, by: User | None) -> None:
    """Let a person who lost phone or key enrol anew, and end the old sessions' rights."""
    Authenticator.objects.filter(user=user).delete()
    record(action="remove second factors", kind="user", public_id=str(user.pk), by=by)
