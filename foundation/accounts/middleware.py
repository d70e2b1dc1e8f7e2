from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from foundation.accounts.two_factor import missing_step, unproved_factor

Handler = Callable[[HttpRequest], HttpResponse]

# Pages without a language in their address. No other page may look at the session: it
# would no longer be the same for everybody.
STAFF_PATHS = ("/admin/", "/accounts/")
# Pages that show or change a person's second factors or password.
GUARDED = {
    "account_change_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}


class StaffLanguageMiddleware:
    """Show the staff area in the language its reader has chosen."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(STAFF_PATHS) and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


class TwoFactorMiddleware:
    """Let staff into the admin only with a second factor and a password of their own."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or not request.path_info.startswith(STAFF_PATHS):
            return None
        if "admin" in match.app_names:
            # The admin turns away whoever is not staff; leaving is always allowed.
            if not request.user.is_staff or match.url_name == "logout":
                return None
            step = missing_step(request, request.user)
        elif match.url_name in GUARDED and request.user.is_authenticated:
            step = unproved_factor(request, request.user)
        else:
            return None
        return redirect(step) if step else None
