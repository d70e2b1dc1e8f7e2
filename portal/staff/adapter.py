from typing import Any
from urllib.parse import urlsplit

from foundation.accounts.adapter import AccountAdapter
from foundation.accounts.models import User
from portal.staff.services import send_password_link


class MailingAccountAdapter(AccountAdapter):
    """Send allauth's one mail through the outbox, as every other."""

    def send_password_reset_mail(
        self, user: User, email: str, context: dict[str, Any]
    ) -> None:
        path = urlsplit(context["password_reset_url"]).path
        send_password_link(user=user, template="password_reset", path=path)
