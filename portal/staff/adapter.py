from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import override

from foundation.accounts.adapter import AccountAdapter
from foundation.accounts.models import User
from portal.staff.services import send_password_link


class MailingAccountAdapter(AccountAdapter):
    """Send allauth's one mail through the outbox, as every other."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead staff to the staff area, everybody else to the page that is theirs."""
        assert isinstance(request.user, User)
        if request.user.is_staff:
            return reverse("admin:index")
        with override(request.user.language):
            return reverse("me")

    def send_password_reset_mail(
        self, user: User, email: str, context: dict[str, Any]
    ) -> None:
        path = urlsplit(context["password_reset_url"]).path
        send_password_link(user=user, template="password_reset", path=path)
