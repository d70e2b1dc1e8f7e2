"""Several waves drawn with their breaks, aims judged by the next, and what is late."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys.dashboard import panels
from surveys.flushing import add_counts
from surveys.judging import judgement_of
from surveys.models import Finding, PolicyAction
from surveys.series import series_of
from surveys.services.fielding import close_wave, open_wave
from surveys.services.publishing import withdraw_release
from surveys.shipped import add_items
from surveys.tally import count
from tests.factories.accounts import UserFactory
from tests.factories.surveys import (
    QuestionnaireFactory,
    SurveyFactory,
    WaveFactory,
    fielded,
    question,
)
from tests.surveys.test_publishing import released

pytestmark = pytest.mark.django_db
RANDOM = "invited_probability"


@pytest.fixture
def survey():
    return SurveyFactory()


def asked(survey, year, yes, *, words="Ask", sample=RANDOM):
    """A published wave of two hundred, of whom so many say yes."""
    number = survey.questionnaires.count() + 1
    questionnaire = QuestionnaireFactory(survey=survey, number=number)
    item = question("met", codes=(1, 2))
    item["text"] = dict.fromkeys(("kk", "ru", "en"), words)
    add_items(questionnaire, [item])
    wave = WaveFactory(
        questionnaire=questionnaire, sample=sample, label_en=f"Wave {year}",
        opens_on=date(year, 1, 1), closes_on=date(year, 12, 31),
    )  # fmt: skip
    wave = open_wave(wave=wave, by=None)
    people = (({"met": 1 if n < yes else 2}, set()) for n in range(200))
    add_counts(wave, count(questionnaire.definition, [], people))
    return released(close_wave(wave=wave, by=None))


def line_of(survey):
    return series_of(survey)[0].lines[0]


def test_waves_of_the_same_words_are_one_line(survey):
    for year, yes in ((2020, 60), (2021, 80), (2023, 100)):
        asked(survey, year, yes)

    line = line_of(survey)

    assert [dot.percent for dot in line.dots] == [30, 40, 50]
    assert [piece.count(",") for piece in line.pieces] == [3]
    assert line.change.is_significant
    assert line.change.difference == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("more", "why"),
    [({"words": "Other"}, "words"), ({"sample": "open_link"}, "sample")],
)
def test_a_break_ends_the_line_and_is_not_tested(survey, more, why):
    asked(survey, 2020, 60)
    asked(survey, 2021, 80)
    asked(survey, 2022, 100, **more)
    asked(survey, 2023, 120, **more)

    found = series_of(survey)[0]

    assert [step.break_ for step in found.steps] == ["", "", why, ""]
    assert [piece.count(",") for piece in found.lines[0].pieces] == [2, 2]


def test_a_break_is_drawn_and_has_no_arrow(client, survey):
    asked(survey, 2020, 60)
    asked(survey, 2021, 150, words="Other")

    page = client.get(reverse("surveys:trends", args=[survey.code])).content.decode()

    assert "Break: the wording changed" in page
    assert "survey-line-break" in page
    assert "<polyline" not in page
    assert "not compared" in page
    assert not {"↑", "↓"} & set(page)


def test_a_significant_rise_has_an_arrow(client, survey):
    asked(survey, 2020, 60)
    asked(survey, 2021, 150)

    page = client.get(reverse("surveys:trends", args=[survey.code])).content.decode()

    assert "↑ a significant change" in page
    assert "Wave 2020, %" in page


def test_a_figure_that_is_not_shown_leaves_a_gap(survey):
    asked(survey, 2020, 60)
    asked(survey, 2021, 3)
    asked(survey, 2022, 60)

    line = line_of(survey)

    assert [dot is None for _step, dot in line.steps] == [False, True, False]
    assert line.pieces == []


def test_a_withdrawn_release_leaves_the_series(survey):
    first = asked(survey, 2020, 60)
    asked(survey, 2021, 80)
    reason = {"kk": "Қате", "ru": "Ошибка"}

    withdraw_release(release=first, reason=reason, by=None)

    assert series_of(survey) == []


def action_of(release, **more):
    finding = Finding.objects.create(
        wave=release.wave, text_kk="Көп", text_ru="Много", is_public=True
    )
    target = {"target_question": "met", "target_code": "1", "target_from": 30}
    return PolicyAction.objects.create(finding=finding, **(target | more))


@pytest.mark.parametrize(
    ("aim", "yes", "is_reached", "is_significant"),
    [(20, 30, True, True), (20, 58, False, False), (45, 100, True, True), (45, 62, False, False)],
)  # fmt: skip
def test_the_next_wave_judges_the_aim(survey, aim, yes, is_reached, is_significant):
    action = action_of(asked(survey, 2020, 60), target_to=aim)
    asked(survey, 2021, yes)
    asked(survey, 2022, 60)

    found = judgement_of(action)

    assert found.percent == yes / 2
    assert (found.is_reached, found.change.is_significant) == (
        is_reached,
        is_significant,
    )


@pytest.mark.parametrize(
    ("yes", "more", "obstacle"),
    [
        (30, {"words": "Other"}, "words"),
        (30, {"sample": "open_link"}, "sample"),
        (3, {}, "hidden"),
    ],
)
def test_what_cannot_be_compared_judges_nothing(survey, yes, more, obstacle):
    action = action_of(asked(survey, 2020, 60), target_to=20)
    asked(survey, 2021, yes, **more)

    found = judgement_of(action)

    assert (found.obstacle, found.is_reached, found.percent) == (obstacle, False, None)


def test_without_a_next_wave_nothing_is_judged(survey):
    asked(survey, 2019, 20)

    assert judgement_of(action_of(asked(survey, 2020, 60), target_to=20)) is None


def test_a_judgement_is_public(client, survey):
    action = action_of(asked(survey, 2020, 60), target_to=20)
    asked(survey, 2021, 30)
    address = action.finding.wave.get_absolute_url()

    for page in (reverse("surveys:actions"), address):
        text = client.get(page).content.decode()
        assert "The aim was reached" in text
        assert "found 15 per cent" in text


def late_titles():
    return {panel.title for panel in panels(UserFactory(root=True)) if panel.count}


def test_results_without_a_finding_are_listed_after_thirty_days(client, settings):
    survey = SurveyFactory()
    asked(survey, 2020, 60)

    page = client.get(reverse("surveys:actions")).content.decode()
    settings.SURVEY_DECISION_DAYS = 100_000
    later = client.get(reverse("surveys:actions")).content.decode()

    assert "Results nobody has drawn anything from" in page
    assert "Results nobody has drawn anything from" not in later


@pytest.mark.parametrize(
    ("more", "is_late"),
    [
        ({"decision": "under_review"}, True),
        ({"decision": "under_review", "due_on": date(2099, 1, 1)}, False),
        ({"decision": "rejected", "reason_kk": "Жоқ", "reason_ru": "Нет"}, False),
    ],
)
def test_a_finding_is_late_until_something_is_decided(client, survey, more, is_late):
    action_of(asked(survey, 2020, 60), **more)

    page = client.get(reverse("surveys:actions")).content.decode()

    assert ("Nothing decided" in page) is is_late
    assert ("Findings about which nothing was decided" in late_titles()) is is_late


def test_a_finding_that_is_not_public_is_nobodys_to_decide(survey):
    release = asked(survey, 2020, 60)
    Finding.objects.create(wave=release.wave, text_kk="Көп", text_ru="Много")

    assert not Finding.objects.undecided(timezone.localdate()).exists()


def test_staff_see_what_waits(survey):
    yesterday = timezone.localdate() - timedelta(days=1)
    fielded([question("met")], closes_on=yesterday)
    action_of(asked(survey, 2020, 60), due_on=yesterday)

    titles = late_titles()

    assert "Surveys to close: their last day has passed" in titles
    assert "Overdue decisions and actions of surveys" in titles
    assert "Results nobody has drawn anything from" not in titles


def test_staff_choose_the_aim_among_the_answers(client, settings, survey):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(root=True))
    finding = action_of(asked(survey, 2020, 60)).finding
    action = finding.actions.get()
    address = reverse("admin:surveys_finding_change", args=[finding.pk])
    form = {
        "wave": finding.wave_id, "text_kk": "Көп", "text_ru": "Много", "is_public": "on",
        "public_id": finding.public_id, "actions-TOTAL_FORMS": 1,
        "actions-INITIAL_FORMS": 1, "actions-0-id": action.pk,
        "actions-0-finding": finding.pk, "actions-0-decision": "under_review",
        "actions-0-status": "planned", "actions-0-target": "met=2",
        "actions-0-target_from": 70, "actions-0-target_to": 170,
    }  # fmt: skip

    assert "from 0 to 100" in client.post(address, form).content.decode()
    saved = client.post(address, form | {"actions-0-target_to": 60})

    action.refresh_from_db()
    assert saved.status_code == 302
    assert (action.target_code, action.target_to) == ("2", 60)
