"""The staff member's half of an unlocked vault: a cookie that ends with the browser."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from foundation.accounts.models import User
from reports.services.vaults import OpenVault, open_vault

# Browsers take the prefix only with Secure, which a trial without HTTPS has not.
NAME = "__Host-vault" if settings.HTTPS else "vault"


def staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def vault_of(request: HttpRequest) -> OpenVault | None:
    try:
        secret = urlsafe_b64decode(request.COOKIES.get(NAME, "").encode())
    except (binascii.Error, ValueError):
        return None
    if not secret or len(secret) > 64:
        return None
    return open_vault(secret=secret, user=staff(request))


def give_secret(response: HttpResponse, secret: bytes) -> HttpResponse:
    response.set_cookie(
        NAME,
        urlsafe_b64encode(secret).decode(),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
    return response


def take_secret(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(NAME, samesite="Strict")
    return response
