"""A citizen answers without scripts; staff field and close; everybody reads."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.translation import override

from surveys.flushing import differences, flush
from surveys.models import (
    Count,
    Draft,
    Inbox,
    Item,
    OpenText,
    Questionnaire,
    Response,
    Survey,
)
from surveys.services.fielding import close_wave, next_questionnaire, open_wave
from tests.factories.accounts import UserFactory
from tests.factories.surveys import WaveFactory, fielded, question

pytestmark = pytest.mark.django_db

SHIPPED = "corruption-experience-2026"


def url(wave, name="answer", language="en"):
    public_id = wave if isinstance(wave, str) else wave.public_id
    with override(language):
        return reverse(f"surveys:{name}", args=[public_id])


def send(client, wave, language="en", **fields):
    return client.post(
        url(wave, language=language),
        {"go": "send", "page": 0, "seed": 1, **fields},
        follow=True,
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", "Соңғы 12 айда"),
        ("ru", "За последние 12 месяцев"),
        ("en", "In the last 12"),
    ],
)
def test_the_shipped_survey_is_asked_in_each_language(client, shipped, language, words):
    page = client.get(url(SHIPPED, language=language)).content.decode()

    assert words in page
    assert 'type="radio"' in page
    assert "Set-Cookie" not in client.get(url(SHIPPED, language=language)).headers


def test_contact_is_asked_before_bribes(client, shipped):
    first = client.get(url(SHIPPED)).content.decode()
    after_yes = client.post(url(SHIPPED), {"go": "next", "page": 0, "contact": 1})
    after_no = client.post(url(SHIPPED), {"go": "next", "page": 0, "contact": 2})

    assert 'name="gave"' not in first
    assert 'name="gave"' in after_yes.content.decode()
    assert 'name="gave"' not in after_no.content.decode()
    assert 'name="contact" value="2"' in after_no.content.decode()


def test_a_required_question_left_out_is_told(client, shipped):
    page = client.post(url(SHIPPED), {"go": "next", "page": 0}).content.decode()

    assert 'href="#q_contact"' in page
    assert "Answer this question" in page


def test_an_answer_is_stored_as_codes_and_words_apart(client, wave):
    response = send(
        client,
        wave,
        contact=1,
        who=["1", "2"],
        gave=2,
        trust__1=2,
        words="Сөзім",
        sex=1,
    )

    assert response.redirect_chain[-1][0] == url(wave, "thanks")
    payload = Inbox.objects.get().payload
    assert payload["answers"] == {
        "contact": 1, "who": [1, 2], "gave": 2, "trust": {"1": 2}, "sex": 1,
    }  # fmt: skip
    assert payload["texts"] == {"words": "Сөзім"}


def test_a_forged_answer_to_a_hidden_question_is_not_taken(client, wave):
    send(client, wave, contact=2, gave=1, who=["1"])

    assert Inbox.objects.get().payload["answers"] == {"contact": 2}


def test_what_going_back_hides_is_told(client, wave):
    page = client.post(
        url(wave), {"go": "next", "page": 2, "contact": 2, "gave": 1}
    ).content.decode()

    assert "These answers are left out" in page
    assert "<li>Text of gave</li>" in page


def test_the_language_changes_in_the_middle_and_answers_stay(client, wave):
    page = client.post(
        url(wave, language="kk"), {"go": "stay", "page": 1, "contact": 1, "gave": 2}
    ).content.decode()

    assert 'lang="kk"' in page
    assert 'name="contact" value="1"' in page
    assert 'name="gave" value="2" checked' in page


def test_the_same_form_sent_twice_counts_once(client, wave):
    send(client, wave, contact=1, key="a" * 32)
    send(client, wave, contact=2, key="a" * 32)

    assert Inbox.objects.get().payload["answers"] == {"contact": 1}


def test_a_post_from_another_site_is_refused(client, wave):
    response = client.post(
        url(wave),
        {"go": "send", "contact": 1},
        headers={"origin": "https://evil.example"},
    )

    assert response.status_code == 403
    assert not Inbox.objects.exists()


def test_what_was_put_aside_is_taken_up_with_its_code(client, wave):
    saved = client.post(url(wave), {"go": "save", "page": 1, "contact": 1, "gave": 2})

    page = client.post(
        url(wave, "resume"), {"resume_code": saved.context["code"].lower()}
    )

    assert 'name="gave" value="2" checked' in page.content.decode()
    assert 'name="contact" value="1"' in page.content.decode()


def test_a_wrong_code_opens_nothing(client, wave):
    client.post(url(wave), {"go": "save", "page": 1, "contact": 1})

    page = client.post(url(wave, "resume"), {"resume_code": "AAAAA-AAAAA-AAAAA-AAAAA"})

    assert "Nothing is kept under this code" in page.content.decode()
    assert Draft.objects.count() == 1


def fill(client, wave, people=60):
    for number in range(people):
        send(
            client, wave, contact=1 + number % 2, gave=1 + number % 3 % 2,
            sex=1 + number // (people // 2), key=f"{number:032}", words="w" * (number == 0),
        )  # fmt: skip


def test_fewer_than_fifty_wait(client, wave):
    fill(client, wave, 59)

    assert flush(wave) == 0
    assert not Response.objects.exists()


def test_answers_are_stored_together_and_as_many_stay_as_can_be_shown(client, wave):
    fill(client, wave)

    assert flush(wave) == 50
    assert (Response.objects.count(), Inbox.objects.count()) == (50, 10)
    assert Count.objects.get(question="", cell="1", code="base").n <= 30
    assert differences(wave) == []


def test_results_show_counts_with_bars_and_tables(client, wave):
    fill(client, wave)
    close_wave(wave=wave, by=None)

    page = client.get(url(wave, "results")).content.decode()

    assert Response.objects.count() == 60
    assert "Text of contact" in page
    assert '<rect width="50.00" height="12"/>' in page
    assert "30</td>" in page
    assert "Text of contact × Text of sex" in page


def test_no_answers_are_honestly_said(client, shipped):
    page = client.get(url(SHIPPED, "results")).content.decode()

    assert "No answers are stored yet" in page


def test_hidden_totals_are_seen_by_nobody(client, bribes):
    wave = fielded(bribes, hide_until_close=True)
    fill(client, wave)
    flush(wave)
    client.force_login(UserFactory(root=True))

    page = client.get(url(wave, "results")).content.decode()
    export = client.get(f"{url(wave, 'results')}export/csv/")

    assert "Running totals are hidden" in page
    assert "Text of contact" not in page
    assert export.status_code == 404


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_open_link_never_speaks_of_a_margin_of_error(client, wave, language):
    fill(client, wave)
    close_wave(wave=wave, by=None)

    page = client.get(url(wave, "results", language)).content.decode()
    data = client.get(f"{url(wave, 'results', language)}export/json/").content.decode()

    for words in ("margin of error", "погрешность выборки", "іріктеу қателігі", "moe"):
        assert words not in page.lower()
        assert words not in data.lower()
    assert 'class="notice notice-warning"' in page


def test_a_closed_wave_takes_nothing(client, wave):
    close_wave(wave=wave, by=None)

    response = send(client, wave, contact=1)

    assert response.status_code == 410
    assert not Inbox.objects.exists()


def test_words_are_public_only_after_review(client, wave):
    fill(client, wave)
    close_wave(wave=wave, by=None)
    before = client.get(url(wave, "results")).content.decode()
    OpenText.objects.update(review="edited", edited_text="Edited words")

    page = client.get(url(wave, "results") + "?x=1").content.decode()

    assert "own words" not in before
    assert "Edited words" in page


@pytest.mark.parametrize(
    "change",
    [
        {"intro_en": "Other words"},
        {"body": "{}"},
        {"state": "draft"},
        {"number": 7},
    ],
)
def test_a_fielded_questionnaire_is_frozen(wave, change):
    rows = Questionnaire.objects.filter(pk=wave.questionnaire_id)

    with pytest.raises(DatabaseError, match="superseded"), transaction.atomic():
        rows.update(**change)


def test_items_of_a_fielded_questionnaire_are_frozen(wave):
    item = Item.objects.filter(questionnaire=wave.questionnaire).first()

    with pytest.raises(DatabaseError, match="superseded"), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(text_en="Other")
    with pytest.raises(DatabaseError, match="superseded"), transaction.atomic():
        item.choices.all().delete()
    with pytest.raises(DatabaseError, match="superseded"), transaction.atomic():
        item.choices.create(code=77, label_kk="x", label_ru="x", label_en="x")


@pytest.mark.parametrize(
    "change", [{"anonymity": "confidential"}, {"min_cell": 20}, {"splits": []}]
)
def test_promises_of_an_open_wave_cannot_change(wave, change):
    with pytest.raises(DatabaseError, match="promised"), transaction.atomic():
        type(wave).objects.filter(pk=wave.pk).update(**change)


def test_staff_see_promises_of_an_open_wave_locked(client, wave, settings):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(root=True))
    draft = WaveFactory(questionnaire=wave.questionnaire)

    before, after = (
        client.get(reverse("admin:surveys_wave_change", args=[row.pk])).content.decode()
        for row in (draft, wave)
    )

    assert 'name="anonymity"' in before
    assert 'name="anonymity"' not in after
    assert 'class="readonly">Anonymous' in after


def test_new_words_are_a_new_number(client, wave):
    fill(client, wave)
    close_wave(wave=wave, by=None)
    before = client.get(url(wave, "results")).content
    again = next_questionnaire(questionnaire=wave.questionnaire, by=UserFactory())
    again.items.filter(code="contact").update(text_en="New words")
    open_wave(wave=WaveFactory(questionnaire=again), by=None)

    after = client.get(url(wave, "results") + "?x=1").content

    assert again.number == 2
    assert before.replace(b"?x=1", b"") == after.replace(b"?x=1", b"")


def test_what_is_broken_is_not_fielded(db):
    with pytest.raises(ValidationError, match="condition is broken"):
        fielded([question("a", base=["=", "b", 1])])


def test_quotas_count_all_languages_together(client, bribes):
    wave = fielded(
        bribes, quotas=[{"name": "yes", "when": ["=", "contact", 1], "most": 2}]
    )
    for number, language in enumerate(["kk", "ru", "en"]):
        last = send(client, wave, language, contact=1, key=f"{number:032}")
    other = send(client, wave, contact=2, key="f" * 32)

    assert "Enough people of your group" in last.content.decode()
    assert other.redirect_chain
    assert Inbox.objects.count() == 3


def test_staff_field_and_close_in_the_admin(client, bribes, settings):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(root=True))
    wave = fielded(bribes)
    draft = WaveFactory(questionnaire=wave.questionnaire)
    path = reverse("admin:surveys_wave_changelist")

    client.post(path, {"action": "open", "_selected_action": [draft.pk]})
    draft.refresh_from_db()
    opened = draft.state
    client.post(path, {"action": "close", "_selected_action": [draft.pk]})
    draft.refresh_from_db()

    assert (opened, draft.state) == ("open", "closed")


def test_reported_figures_are_marked_as_not_ours(client, shipped):
    survey = Survey.objects.get(code="corruption-experience")

    page = client.get(f"/en{survey.get_absolute_url()[3:]}").content.decode()

    assert "They are not data of this portal" in page
    assert "57.5" in page
    assert "press report" in page
