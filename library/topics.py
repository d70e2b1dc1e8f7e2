"""What of this room readers can subscribe to."""

from django.utils.translation import gettext_lazy as _

from foundation.languages import Text
from foundation.notifications.topics import TopicKind, declare
from library.models import Item, Topic


def _item(public_id: str) -> Text | None:
    item = Item.objects.public().filter(public_id=public_id).first()
    return item.title if item else None


def _topic(code: str) -> Text | None:
    topic = Topic.objects.filter(code=code).first()
    return topic.name if topic else None


declare(TopicKind("library-item", _("Library item"), _item, "/library/{}/"))
declare(TopicKind("library-topic", _("Library topic"), _topic, "/library/?topic={}"))
