"""What of this room readers can subscribe to."""

from django.utils.translation import gettext_lazy as _

from corruption_map.models import Measure, Risk
from foundation.languages import Text
from foundation.notifications.topics import TopicKind, declare


def _risk(public_id: str) -> Text | None:
    risk = Risk.objects.public().filter(public_id=public_id).first()
    return risk.title if risk else None


def _measure(public_id: str) -> Text | None:
    measure = Measure.objects.public().filter(public_id=public_id).first()
    return measure.text if measure else None


declare(TopicKind("risk", _("Risk"), _risk, "/risks/{}/"))
declare(TopicKind("measure", _("Measure"), _measure, "/measures/{}/"))
