"""What of this room readers can subscribe to, and which letters hold a secret."""

from django.utils.translation import gettext_lazy as _

from foundation.languages import Text
from foundation.notifications.secret import declare_secret
from foundation.notifications.topics import TopicKind, declare
from surveys.models import Survey


def _survey(code: str) -> Text | None:
    survey = Survey.objects.public().filter(code=code).first()
    return survey.title if survey else None


declare(TopicKind("survey", _("Survey"), _survey, "/surveys/{}/"))

# A letter holds the code; once it has gone nobody but its reader has it.
declare_secret("survey_invitation", "survey_reminder")
