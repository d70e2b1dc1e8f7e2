"""A required choice with few or many answers, through the reporter's own pages."""

import pytest

from reports import proof
from reports.models import Questionnaire, Tip
from tests.reports.test_reporter_pages import Reporter, hidden

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBERS = [1, 50, 200]


def asked(number):
    choices = [
        {"value": f"a{n}", "label": {"en": f"Answer {n}"}} for n in range(number)
    ]
    first = {
        "id": "which",
        "kind": "choice",
        "label": {"en": "Which one?"},
        "required": True,
        "choices": choices,
    }
    then = {
        "id": "more",
        "kind": "text",
        "label": {"en": "And after the last?"},
        "when": [{"question": "which", "is": [f"a{number - 1}"]}],
    }
    sections = [
        {"id": name, "title": {"en": name}, "questions": [question]}
        for name, question in (("one", first), ("two", then))
    ]
    return Questionnaire.objects.create(
        version=9, schema={"sections": sections}, is_published=True
    )


@pytest.fixture
def asking(client, desk):
    def ask(number):
        asked(number)
        return Reporter(client)

    return ask


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "sent", [{}, {"which": ""}, {"which": "a200"}, {"which": "A0"}]
)
def test_missing_and_forged_answers_are_asked_again(asking, number, sent):
    page = asking(number).send(**sent)

    assert "Which one?" in page.text
    assert 'class="errorlist"' in page.text
    assert "And after the last?" not in page.text


@pytest.mark.parametrize("number", NUMBERS)
def test_each_answer_is_offered_and_the_last_is_taken(asking, number):
    page = asking(number)
    offered = page.text.count('name="which"')

    page.send(which=f"a{number - 1}")

    assert offered == number
    assert "And after the last?" in page.text


@pytest.mark.parametrize("number", NUMBERS)
def test_who_jumps_to_the_end_sends_nothing_without_the_answer(
    client, asking, number, monkeypatch
):
    monkeypatch.setattr(proof, "PATIENCE_SECONDS", 0)
    draft = hidden(asking(number).page, "draft")

    page = client.post(
        "/en/report/write/", {"draft": draft, "step": "review", "action": "next"}
    )

    assert "Which one?" in page.content.decode()
    assert not Tip.objects.exists()
