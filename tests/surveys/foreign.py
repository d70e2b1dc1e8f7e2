"""Questionnaires of other programs, loaded as staff load them."""

from io import BytesIO

from surveys.services.exchanging import import_questionnaire
from tests.factories.surveys import SurveyFactory


def loaded(content, name):
    content = content if isinstance(content, bytes) else content.encode()
    return import_questionnaire(
        survey=SurveyFactory(), file=BytesIO(content), name=name, by=None
    )


def told(losses):
    return " | ".join(f"{loss.item}: {loss.text}" for loss in losses)


def bases(draft):
    return {item.code: item.base for item in draft.items.all()}
