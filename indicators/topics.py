"""What of this room readers can subscribe to."""

from django.utils.translation import gettext_lazy as _

from foundation.languages import Text
from foundation.notifications.topics import TopicKind, declare
from indicators.models import Indicator


def _indicator(code: str) -> Text | None:
    indicator = Indicator.objects.filter(code=code).first()
    return indicator.name if indicator else None


declare(TopicKind("indicator", _("Indicator"), _indicator, "/statistics/{}/"))
