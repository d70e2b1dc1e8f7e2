"""State that travels in the reporter's page and nowhere else.

A draft and an opened report are sealed into a hidden field: no cookie, no session row,
no trace of a visit on this side. `docs/adr/0021-no-cookies-for-reporters.md`
"""

import binascii
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.conf import settings

from reports.crypto import Place, SealBrokenError, seal, unseal

NOWHERE = UUID(int=0)


class FormTooOldError(Exception):
    """The page was open too long, or its hidden field is not one of ours."""


def seal_form(purpose: str, content: dict[str, Any], *, minutes: int) -> str:
    held = {"until": int(time.time()) + minutes * 60, "content": content}
    sealed = seal(_key(), json.dumps(held).encode(), _place(purpose))
    return urlsafe_b64encode(sealed).decode()


def open_form(purpose: str, token: str) -> dict[str, Any]:
    try:
        sealed = urlsafe_b64decode(token.encode())
        held = json.loads(unseal(_key(), sealed, _place(purpose)))
    except (SealBrokenError, binascii.Error, ValueError):
        raise FormTooOldError from None
    if held["until"] < time.time():
        raise FormTooOldError
    content: dict[str, Any] = held["content"]
    return content


def _key() -> bytes:
    secret = settings.SECRET_KEY.encode()
    return blake2b(secret, person=b"acp-form-key", digest_size=32).digest()


def _place(purpose: str) -> Place:
    return Place("form", purpose, NOWHERE, NOWHERE)
