from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from foundation.notifications.models import Message, Subscription
from foundation.read_only import ReadOnly


def masked(email: str) -> str:
    """Return an address that tells two apart without being one: a…@example.org."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin[Message]):
    list_display = [
        "template",
        "to",
        "language",
        "created_at",
        "attempts",
        "last_error",
        "sent_at",
    ]
    actions = ["try_again"]
    list_filter = ["template", ("sent_at", admin.EmptyFieldListFilter)]
    # Neither the context nor the key: either may hold a link that is good for one use.
    fields = [
        "template",
        "to",
        "language",
        "created_at",
        "not_before",
        "attempts",
        "last_error",
        "sent_at",
    ]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("notifications.change_message")

    @admin.action(
        description=_("Try to send the chosen messages again"), permissions=["retry"]
    )
    def try_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        waiting = queryset.filter(sent_at__isnull=True)
        count = waiting.update(attempts=0, not_before=timezone.now())
        self.message_user(
            request,
            ngettext(
                "%(count)d message goes out within a minute",
                "%(count)d messages go out within a minute",
                count,
            )
            % {"count": count},
        )

    @admin.display(description=_("recipient"))
    def to(self, message: Message) -> str:
        return masked(message.recipient)


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly, admin.ModelAdmin[Subscription]):
    list_display = [
        "topic_kind",
        "topic_id",
        "who",
        "language",
        "asked_on",
        "confirmed_on",
    ]
    list_filter = ["topic_kind", ("confirmed_on", admin.EmptyFieldListFilter)]
    fields = ["topic_kind", "topic_id", "who", "language", "asked_on", "confirmed_on"]

    @admin.display(description=_("e-mail"))
    def who(self, subscription: Subscription) -> str:
        return masked(subscription.email)
