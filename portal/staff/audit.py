"""Write sign-ins and changes of second factors into the audit."""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_login_failed

from foundation.accounts.models import User
from foundation.audit.services import record


def connect() -> None:
    user_logged_in.connect(_signed_in)
    user_login_failed.connect(_failed_to_sign_in)
    password_changed.connect(_changed_password)
    password_reset.connect(_changed_password)
    authentication_failed.connect(_failed_second_factor)
    authenticator_added.connect(_added_factor)
    authenticator_reset.connect(_added_factor)
    authenticator_removed.connect(_removed_factor)


def _record(user: User, action: str, *, by: User | None, detail: str = "") -> None:
    # Learners' and volunteers' sign-ins are nobody's business.
    if user.is_staff:
        record(action=action, kind="user", public_id=str(user.pk), by=by, detail=detail)


def _signed_in(*, user: User, **kwargs: Any) -> None:
    _record(user, "sign in", by=user)


def _failed_to_sign_in(*, credentials: dict[str, Any], **kwargs: Any) -> None:
    user = User.objects.filter(email__iexact=credentials.get("email", "")).first()
    if user is not None:
        _record(user, "fail to sign in", by=None)


def _changed_password(*, user: User, **kwargs: Any) -> None:
    _record(user, "change password", by=user)


def _failed_second_factor(
    *, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    _record(user, "fail second factor", by=None, detail=authenticator.type)


def _added_factor(*, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record(user, "add second factor", by=user, detail=authenticator.type)


def _removed_factor(*, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record(user, "remove second factor", by=user, detail=authenticator.type)
