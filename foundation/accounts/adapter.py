"""How allauth behaves here."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from time import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User

WAYS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code of your authenticator app"),
    "mfa_reauthenticate:webauthn": _("Use your key"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped package
    """Logins are given by the agency, so nobody signs up; addresses are not kept."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account has been closed"),
        "email_password_mismatch": _(
            "The e-mail address or the password is wrong, or this account does not exist"
        ),
        "enter_current_password": _("This is not your current password"),
        "incorrect_code": _(
            "This code is wrong or was used already: wait for the next"
        ),
        "incorrect_password": _("This is not your password"),
        "invalid_password_reset": _("This link is no longer valid: ask for a new one"),
        "rate_limited": _("Too many attempts: wait five minutes"),
        "too_many_login_attempts": _("Too many attempts: wait five minutes"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return a keyed hash of the address, so that no rate limit holds it."""
        address = truncate_ip(super().get_client_ip(request))
        return hmac.new(
            settings.SECRET_KEY.encode(), address.encode(), sha256
        ).hexdigest()

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return ""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again who it is, unless the person has shown it just now."""
        request = context.request
        records = get_authentication_records(request, request.user)
        age = time() - records[-1]["at"] if records else None
        return age is None or age > account_settings.REAUTHENTICATION_TIMEOUT

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Return the ways to show again who one is, in our words."""
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": WAYS[way["id"]]} for way in ways]

    def set_password(self, user: User, password: str) -> None:
        user.set_password(password)
        user.password_is_temporary = False
        user.save(update_fields=["password", "password_is_temporary"])


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped package
    """Second factors whose secrets are of no use to who copies only the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002  allauth's name
        return ""


def _box() -> MultiFernet:
    """Return a box that locks with today's key and opens with earlier ones, too."""
    keys = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    digest = hmac.new(key.encode(), b"portal second factors", sha256).digest()
    return urlsafe_b64encode(digest)
