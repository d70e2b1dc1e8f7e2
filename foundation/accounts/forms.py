"""allauth's forms in the portal's words, without placeholders that vanish on typing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
    "code": _("Code"),
    "name": _("Name of the key"),
    "passwordless": _("Sign in with this key alone"),
}
HINTS = {
    "name": _("So that you can tell your keys apart: “phone”, “office key”"),
    "passwordless": _(
        "The key then asks for a fingerprint, your face or a PIN, and you need no password"
    ),
}


@contextmanager
def refusing_nonsense() -> Iterator[None]:
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValidationError(_("The key did not answer as a key does")) from error


class InOurWords:
    """Put the portal's labels and hints on the fields of a form of allauth."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.help_text = HINTS.get(name, field.help_text)
            field.widget.attrs.pop("placeholder", None)
        if "code" in self.fields:
            self.fields["code"].widget.attrs["inputmode"] = "numeric"


class LoginForm(InOurWords, account.LoginForm):  # type: ignore[misc]  # untyped package
    pass


class ReauthenticateForm(InOurWords, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(InOurWords, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(InOurWords, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(InOurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class CodeForm(InOurWords, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgainForm(InOurWords, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class AddAppForm(InOurWords, ActivateTOTPForm):  # type: ignore[misc]
    pass


class AddKeyForm(InOurWords, AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True

    def clean_name(self) -> str:
        return self.cleaned_data["name"] or gettext("Key without a name")

    def clean(self) -> dict[str, Any]:
        with refusing_nonsense():
            return dict(super().clean())


class ReadsKey:
    """Refuse what no key would answer, where allauth would stumble over it."""

    def clean_credential(self) -> Authenticator:
        with refusing_nonsense():
            return super().clean_credential()  # type: ignore[misc]  # of the form


class LoginKeyForm(ReadsKey, LoginWebAuthnForm):  # type: ignore[misc]
    pass


class SecondKeyForm(ReadsKey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class KeyAgainForm(ReadsKey, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class RenameKeyForm(InOurWords, EditWebAuthnForm):  # type: ignore[misc]
    pass
