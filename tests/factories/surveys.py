from datetime import date

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from surveys.models import Questionnaire, Survey, Wave
from surveys.services.fielding import open_wave
from surveys.shipped import add_items

LANGUAGES = ("kk", "ru", "en")


def texts(words):
    return dict.fromkeys(LANGUAGES, words)


def option(code, **more):
    return {"code": code, "label": texts(f"option {code}"), **more}


def question(code, kind="single", codes=(1, 2, 3), **more):
    choices = [option(c) for c in codes]
    return {
        "code": code,
        "kind": kind,
        "text": texts(f"Text of {code}"),
        "choices": choices,
        **more,
    }


class SurveyFactory(DjangoModelFactory):
    class Meta:
        model = Survey

    code = Sequence(lambda n: f"survey-{n}")
    audience = "citizens"
    title_kk = title_ru = title_en = Sequence(lambda n: f"Survey {n}")


class QuestionnaireFactory(DjangoModelFactory):
    class Meta:
        model = Questionnaire

    survey = SubFactory(SurveyFactory)
    number = 1


class WaveFactory(DjangoModelFactory):
    class Meta:
        model = Wave

    public_id = Sequence(lambda n: f"wave-{n}")
    questionnaire = SubFactory(QuestionnaireFactory)
    label_kk = label_ru = label_en = "First wave"
    population_kk = population_ru = population_en = "Everybody"
    opens_on = date(2020, 1, 1)
    closes_on = date(2099, 1, 1)


def fielded(items, **more):
    """Return an open wave that asks these items."""
    questionnaire = QuestionnaireFactory()
    add_items(questionnaire, items)
    return open_wave(wave=WaveFactory(questionnaire=questionnaire, **more), by=None)
