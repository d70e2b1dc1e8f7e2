"""What of this room readers can subscribe to."""

from django.utils.translation import gettext_lazy as _

from foundation.languages import Text
from foundation.notifications.topics import TopicKind, declare
from surveys.models import Survey


def _survey(code: str) -> Text | None:
    survey = Survey.objects.public().filter(code=code).first()
    return survey.title if survey else None


declare(TopicKind("survey", _("Survey"), _survey, "/surveys/{}/"))
