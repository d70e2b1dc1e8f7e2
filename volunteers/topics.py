"""What of this room readers can subscribe to."""

from django.utils.translation import gettext_lazy as _

from foundation.languages import Text
from foundation.notifications.topics import TopicKind, declare
from volunteers.models import Direction, Initiative


def _initiative(public_id: str) -> Text | None:
    row = Initiative.objects.public().filter(public_id=public_id).first()
    return row.title if row else None


def _direction(code: str) -> Text | None:
    row = Direction.objects.filter(code=code).first()
    return row.name if row else None


declare(TopicKind("initiative", _("Initiative"), _initiative, "/initiatives/{}/"))
declare(
    TopicKind(
        "volunteer-direction", _("Direction"), _direction, "/initiatives/?direction={}"
    )
)
