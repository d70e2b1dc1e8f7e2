from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped package
    """Logins are given by the agency, so nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
