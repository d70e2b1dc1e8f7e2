"""When a session may enter the staff area: a password of one's own and a second factor."""

from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_used
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse

from foundation.accounts.models import User

PASSED_BY = "second_factor_passed_by"
FACTORS = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}


def connect() -> None:
    authenticator_used.connect(_remember_use)
    authenticator_added.connect(_remember_enrolment)


def _remember_use(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    request.session[PASSED_BY] = user.pk


def _remember_enrolment(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    # Whoever enrols has just shown a valid code or key.
    if authenticator.type in FACTORS:
        request.session[PASSED_BY] = user.pk


def missing_step(request: HttpRequest, user: User) -> str | None:
    """Return the address where a staff member does what is still missing, if anything.

    A factor that was taken away counts no longer, even in a session that passed it.
    """
    if user.password_is_temporary:
        return reverse("account_change_password")
    if settings.TWO_FACTOR_REQUIRED and not _factors(user):
        return reverse("mfa_index")
    return unproved_factor(request, user)


def unproved_factor(request: HttpRequest, user: User) -> str | None:
    """Return where to show the second factor, if the session has not seen it yet.

    A session that began before the factor was enrolled must not change it.
    """
    if request.session.get(PASSED_BY) == user.pk:
        return None
    factors = _factors(user)
    if not factors:
        return None
    code = Authenticator.Type.TOTP in factors
    step = reverse("mfa_reauthenticate" if code else "mfa_reauthenticate_webauthn")
    return f"{step}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}"


def _factors(user: User) -> set[str]:
    rows = Authenticator.objects.filter(user=user, type__in=FACTORS)
    return set(rows.values_list("type", flat=True))
