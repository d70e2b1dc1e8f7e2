"""Staff write the questionnaire in fields: outline, question, section, preview, file."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from html import unescape
from threading import Event
from time import sleep

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client

from foundation.accounts.roles import sync_roles
from foundation.audit.models import AuditEvent
from reports import editing
from reports.editing import ChangedError, EditError
from reports.models import Questionnaire
from reports.questionnaires import read_schema, written
from reports.services.questionnaires import change_draft, new_draft
from reports.shipped import load_reports
from tests.factories.accounts import UserFactory
from tests.reports.test_questionnaire_editing import SHIPPED, SMALL, question

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
ROOT = "/admin/reports/questionnaire/"


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.TWO_FACTOR_REQUIRED = False


@pytest.fixture
def editor(client):
    sync_roles()
    user = UserFactory(staff=True, roles=["administrator"])
    client.force_login(user)
    return user


@pytest.fixture
def published(db):
    load_reports()
    return Questionnaire.objects.get(version=1)


@pytest.fixture
def draft(published):
    return Questionnaire.objects.create(version=2, schema=written(SMALL))


def order(row):
    row.refresh_from_db()
    form = read_schema(row.schema)
    return [
        [question.id for question in section.questions] for section in form.sections
    ]


def question_of(row, name):
    row.refresh_from_db()
    return next(q for q in read_schema(row.schema).questions() if q.id == name)


def outline(row):
    return f"{ROOT}{row.pk}/change/"


def text(response):
    return unescape(response.content.decode())


def seen_in(response):
    return {"seen": re.search(r'name="seen" value="(\w+)"', text(response))[1]}


def send(client, address, sent, **more):
    """Send a page with the print of what it showed, as a browser does."""
    return client.post(address, {**sent, **seen_in(client.get(address))}, **more)


def rows(prefix, *filled):
    """Return the fields of rows as a browser sends them."""
    sent = {f"{prefix}-TOTAL_FORMS": len(filled), f"{prefix}-INITIAL_FORMS": 0}
    for number, row in enumerate(filled):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


def answer(word, value="", place=""):
    texts = {f"label_{code}": f"{word} {code}" for code in ("kk", "ru", "en")}
    return {"value": value, "place": place, **texts}


def said(**more):
    texts = {f"label_{code}": f"Asked {code}" for code in ("kk", "ru", "en")}
    return {"kind": "text", **texts, **rows("choices"), **more}


PAGES = [
    "change/",
    "preview/",
    "file/",
    "add-section/",
    "section/one/",
    "add-question/one/",
    "question/money/",
    "delete/",
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_the_permission_open_no_page(client, draft, page, method):
    sync_roles()
    client.force_login(UserFactory(staff=True, roles=["tip recipient"]))

    response = getattr(client, method)(f"{ROOT}{draft.pk}/{page}")

    assert response.status_code == 403


@pytest.mark.parametrize("page", ["add/", "{pk}/copy/"])
def test_staff_without_the_permission_make_no_version(client, draft, page):
    client.force_login(UserFactory(staff=True))

    assert client.post(ROOT + page.format(pk=draft.pk)).status_code == 403
    assert Questionnaire.objects.count() == 2


BUTTONS = [
    {"publish": "1"},
    {"question-up": "what"},
    {"question-remove": "when"},
    {"section-down": "what"},
]


@pytest.mark.parametrize("sent", BUTTONS)
def test_a_published_version_stays_as_it_is(client, editor, published, sent):
    before = written(read_schema(published.schema))

    response = client.post(outline(published), sent)

    published.refresh_from_db()
    assert response.status_code == 403
    assert published.schema == before


@pytest.mark.parametrize(
    "page", ["add-section/", "section/what/", "add-question/what/", "question/what/"]
)
def test_a_published_version_has_no_page_to_edit(client, editor, published, page):
    before = published.schema
    sent = {**said(), "title_en": "Other"}

    response = client.post(f"{ROOT}{published.pk}/{page}", sent)

    published.refresh_from_db()
    assert response.status_code == 403
    assert published.schema == before


@pytest.mark.parametrize(
    "step",
    [
        lambda rows: rows.update(schema={}),
        lambda rows: rows.update(is_published=False),
        lambda rows: rows.delete(),
    ],
)
def test_the_database_keeps_a_published_version_too(published, step):
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        step(Questionnaire.objects.filter(pk=published.pk))

    assert Questionnaire.objects.filter(schema=published.schema).exists()


def test_a_published_version_is_read_without_buttons(client, editor, published):
    page = text(client.get(outline(published)))

    assert "Was money or property involved?" in page
    assert "Asked only after: “Was money or property involved?” — “Yes”" in page
    assert page.count("counted in the published figures") == 2
    assert 'name="question-up"' not in page
    assert "New version from this" in page


def test_a_version_published_in_the_meantime_takes_no_change(
    client, editor, draft, monkeypatch
):
    """Both checks stand: the page's, and the one under the lock."""
    monkeypatch.setattr(
        "reports.admin.questionnaires.QuestionnaireAdmin.has_change_permission",
        lambda *args, **more: True,
    )
    Questionnaire.objects.filter(pk=draft.pk).update(is_published=True)

    page = client.post(outline(draft), {"question-remove": "amount"}, follow=True)

    assert "published and stays as it is" in text(page)
    assert order(draft) == [["money"], ["amount"]]


def test_two_editors_of_one_draft_lose_nothing_of_each_other(draft):
    """Each read the draft before the other saved; the service reads it afresh."""
    mine, other = (Questionnaire.objects.get(pk=draft.pk) for _ in range(2))
    step = {"action": "question-add", "detail": "", "by": UserFactory()}

    for row, name in ((mine, "first"), (other, "second")):
        change = partial(editing.add_question, name="two", question=question(name))
        change_draft(questionnaire=row, change=change, **step)

    assert order(draft) == [["money"], ["amount", "first", "second"]]


@pytest.fixture
def other(editor):
    """A colleague with a browser of their own."""
    browser = Client()
    browser.force_login(UserFactory(staff=True, roles=["administrator"]))
    return browser


def seen_on(client, address):
    return seen_in(client.get(address))


def yes_and_no():
    return rows("choices", answer("Yes", "yes", 1), answer("No", "no", 2))


TITLES = {"title_kk": "Бір", "title_ru": "Раз", "title_en": "One of mine"}


@pytest.mark.parametrize(
    ("page", "theirs", "mine", "typed"),
    [
        ("question/amount/", {"label_en": "Theirs"}, {"hint_en": "Mine"}, "Mine"),
        ("section/one/", {"title_en": "Theirs"}, TITLES, "One of mine"),
    ],
)
def test_the_later_of_two_who_save_a_part_is_refused(
    client, other, draft, page, theirs, mine, typed
):
    address = f"{ROOT}{draft.pk}/{page}"
    seen = seen_on(client, address)
    send(other, address, {**said(), **TITLES, **theirs})
    draft.refresh_from_db()
    saved = draft.schema

    first = client.post(address, {**said(), **mine, **seen})
    again = client.post(address, {**said(), **mine, **seen_in(first)})

    draft.refresh_from_db()
    assert "Theirs" in str(saved)
    assert draft.schema == saved
    for response in (first, again):
        assert "Somebody else changed this meanwhile" in text(response)
        assert typed in text(response)
    assert AuditEvent.objects.filter(action="change").count() == 1


def test_two_who_save_different_questions_are_both_heard(client, other, draft):
    mine, theirs = (f"{ROOT}{draft.pk}/question/{n}/" for n in ("money", "amount"))
    seen = seen_on(client, mine)
    send(other, theirs, said(label_en="Theirs"))

    response = client.post(mine, {**said(kind="choice", **yes_and_no()), **seen})

    assert response.status_code == 302
    assert question_of(draft, "amount").labels["en"] == "Theirs"
    assert question_of(draft, "money").labels["en"] == "Asked en"


@pytest.mark.parametrize("page", ["question/amount/", "section/two/"])
def test_what_is_typed_for_a_part_that_is_gone_stays_in_sight(
    client, other, draft, page
):
    address = f"{ROOT}{draft.pk}/{page}"
    seen = seen_on(client, address)
    send(other, outline(draft), {"section-remove": "two"})

    response = client.post(address, {**said(hint_en="Mine"), **TITLES, **seen})

    assert order(draft) == [["money"]]
    assert "is gone; somebody removed it" in text(response)
    assert ("Mine" if "question" in page else "One of mine") in text(response)


@pytest.mark.parametrize(
    "button",
    [{"question-remove": "amount"}, {"section-down": "one"}, {"publish": "1"}],
)
def test_a_button_of_an_outline_that_is_no_longer_so_does_nothing(
    client, other, draft, button
):
    seen = seen_on(client, outline(draft))
    send(other, f"{ROOT}{draft.pk}/question/amount/", said(label_en="Theirs"))
    draft.refresh_from_db()
    saved = draft.schema

    page = client.post(outline(draft), {**button, **seen}, follow=True)

    draft.refresh_from_db()
    assert "changed meanwhile, by somebody else or in another window" in text(page)
    assert (draft.schema, draft.is_published) == (saved, False)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_a_question_at_once_one_is_heard(draft):
    """The one waits for the other's lock and compares with what the other wrote."""
    by, inside, refused = UserFactory(), Event(), []
    now = partial(editing.print_of_question, name="amount")
    seen = now(read_schema(draft.schema))

    def save(word, pause):
        def slowly(form):
            inside.set()
            sleep(pause)
            new = replace(editing.find_question(form, "amount"), hints={"en": word})
            return editing.replace_question(form, new)

        change = editing.as_seen(slowly, seen, now)
        step = {"action": "change", "detail": "", "by": by}
        try:
            change_draft(questionnaire=draft, change=change, **step)
        except ChangedError:
            refused.append(word)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        pool.submit(save, "first", 0.5)
        inside.wait(10)
        pool.submit(save, "second", 0)

    assert refused == ["second"]
    assert question_of(draft, "amount").hints == {"en": "first"}


@pytest.mark.django_db(transaction=True)
def test_two_versions_made_at_once_get_two_numbers(published):
    by = UserFactory()

    def make(_):
        try:
            new_draft(form=SMALL, by=by, detail="")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(8)))

    numbers = Questionnaire.objects.order_by("version").values_list(
        "version", flat=True
    )
    assert list(numbers) == list(range(1, 10))


def test_a_new_version_is_a_copy_under_the_next_number(client, editor, published):
    client.post(f"{ROOT}{published.pk}/copy/")

    copied = Questionnaire.objects.get(version=2)
    event = AuditEvent.objects.latest("id")
    assert copied.schema == written(read_schema(published.schema))
    assert not copied.is_published
    assert (event.action, event.target_id, event.detail) == ("add", "2", "version 1")
    assert event.actor_id == editor.pk


def test_a_question_that_hangs_on_another_does_not_move_before_it(
    client, editor, draft
):
    page = send(client, outline(draft), {"question-up": "amount"}, follow=True)

    assert page.redirect_chain == [(outline(draft), 302)]
    assert "which must stand in an earlier section" in text(page)
    assert order(draft) == [["money"], ["amount"]]


def test_a_question_that_others_hang_on_is_not_removed(client, editor, draft):
    page = send(client, outline(draft), {"question-remove": "money"}, follow=True)

    assert "take that condition away first" in text(page)
    assert order(draft) == [["money"], ["amount"]]


def test_buttons_move_and_remove_and_are_audited(client, editor, draft):
    send(client, outline(draft), {"question-remove": "amount"})
    moved = send(client, outline(draft), {"section-up": "two"})

    events = AuditEvent.objects.filter(target_kind="report questionnaire")
    events = events.order_by("id")
    assert order(draft) == [[], ["money"]]
    assert moved["Location"].endswith(f"/{draft.pk}/change/#two")
    assert list(events.values_list("action", "target_id", "detail")) == [
        ("question-remove", "2", "amount"),
        ("section-up", "2", "two"),
    ]


def test_an_unknown_button_changes_nothing(client, editor, draft):
    client.post(outline(draft), {"question-paint": "amount"})

    assert order(draft) == [["money"], ["amount"]]
    assert not AuditEvent.objects.filter(target_kind="report questionnaire").exists()


@pytest.mark.parametrize(
    "page", ["section/nothing/", "add-question/nothing/", "question/nothing/"]
)
def test_a_part_that_is_gone_leads_back_with_words(client, editor, draft, page):
    response = client.get(f"{ROOT}{draft.pk}/{page}", follow=True)

    assert response.redirect_chain[0][0] == outline(draft)
    assert "is gone; somebody removed it" in text(response)


def test_a_page_of_no_version_is_not_found(client, editor):
    assert client.get(f"{ROOT}99/change/").status_code == 404
    assert client.get(f"{ROOT}x/change/").status_code == 404


def test_a_section_is_added_and_named(client, editor, draft):
    sent = {"title_kk": "Үш", "title_ru": "Три", "title_en": "Three"}
    client.post(f"{ROOT}{draft.pk}/add-section/", sent)
    draft.refresh_from_db()
    name = draft.schema["sections"][2]["id"]

    send(client, f"{ROOT}{draft.pk}/section/{name}/", {**sent, "title_en": "Third"})

    draft.refresh_from_db()
    third = {"kk": "Үш", "ru": "Три", "en": "Third"}
    assert draft.schema["sections"][2] == {"id": name, "title": third, "questions": []}


@pytest.mark.parametrize("page", ["add-section/", "section/one/"])
def test_a_section_without_a_title_is_refused(client, editor, draft, page):
    response = client.post(f"{ROOT}{draft.pk}/{page}", {"title_en": " "})

    assert "in one language at least" in text(response)
    assert order(draft) == [["money"], ["amount"]]


def test_a_section_beyond_the_last_is_refused(client, editor, draft):
    section = {"id": "s", "title": {"en": "S"}, "questions": []}
    more = [{**section, "id": f"s{n}"} for n in range(48)]
    draft.schema["sections"] += more
    draft.save()

    page = client.post(f"{ROOT}{draft.pk}/add-section/", {"title_en": "Last"})

    assert "at most 50 sections" in text(page)
    assert len(order(draft)) == 50


def test_a_copy_is_made_by_a_button_alone(client, editor, published):
    assert client.get(f"{ROOT}{published.pk}/copy/").status_code == 403
    assert Questionnaire.objects.count() == 1


def test_a_draft_removed_in_the_meantime_takes_no_change(draft):
    gone = Questionnaire.objects.get(pk=draft.pk)
    draft.delete()
    step = {"action": "question-remove", "detail": "", "by": UserFactory()}

    with pytest.raises(EditError, match="This version is gone"):
        change_draft(questionnaire=gone, change=lambda form: form, **step)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"label_kk": "", "label_ru": "", "label_en": ""}, "in one language at least"),
        ({"kind": "choice"}, "Write the answers to choose from"),
        ({"kind": "magic"}, "Select a valid choice"),
        (rows("conditions", {"question": "money", "answer": ""}), "Choose the answer"),
        (
            rows("conditions", {"question": "money", "answer": "money=perhaps"}),
            "Select a valid choice",
        ),
        (
            rows("conditions", {"question": "other", "answer": "money=yes"}),
            "Select a valid choice",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(client, editor, draft, sent, words):
    response = client.post(f"{ROOT}{draft.pk}/add-question/two/", said(**sent))

    assert words in text(response)
    assert order(draft) == [["money"], ["amount"]]


def test_an_answer_to_another_question_is_refused(client, editor, published):
    client.post(f"{ROOT}{published.pk}/copy/")
    draft = Questionnaire.objects.get(version=2)
    row = {"question": "know", "answer": "money=yes"}

    page = client.post(
        f"{ROOT}{draft.pk}/add-question/more/", said(**rows("conditions", row))
    )

    assert "This is an answer to another question" in text(page)


def test_removing_an_answer_that_others_hang_on_is_refused(client, editor, draft):
    sent = said(kind="choice", **rows("choices", answer("No", "no")))

    page = send(client, f"{ROOT}{draft.pk}/question/money/", sent)

    assert "is asked after the answer" in text(page)
    assert question_of(draft, "money").values == {"yes", "no"}


def test_a_question_is_added_with_answers_and_ids_of_the_portals_own(
    client, editor, draft
):
    filled = rows("choices", answer("Some"), answer("Many"))
    sent = said(kind="choice", is_required="on", hint_en="Roughly", **filled)
    client.post(f"{ROOT}{draft.pk}/add-question/one/", sent)

    (_money, name), _two = order(draft)
    made = question_of(draft, name)
    assert re.fullmatch(r"q[0-9a-f]{8}", name)
    assert made.is_required
    assert made.hints == {"en": "Roughly"}
    assert [texts["en"] for _value, texts in made.choices] == ["Some en", "Many en"]
    assert all(re.fullmatch(r"a[0-9a-f]{8}", value) for value in made.values)


def test_values_never_change_and_are_never_typed(client, editor, draft):
    filled = rows(
        "choices",
        answer("Ja", "yes", 1),
        answer("Nein", "no", 2),
        answer("Forged", "forged"),
        answer("Twice", "yes"),
    )
    send(client, f"{ROOT}{draft.pk}/question/money/", said(kind="choice", **filled))

    made = question_of(draft, "money")
    assert [value for value, _texts in made.choices][:2] == ["yes", "no"]
    assert len(made.values) == 4
    assert "forged" not in made.values


@pytest.mark.parametrize(
    ("places", "wanted"),
    [
        ({"a": 1, "b": 2, "c": 3, "d": 4, "new": 2}, "a new b c d"),
        ({"a": 1, "b": 2, "c": 3, "d": 2, "new": ""}, "a d b c new"),
        ({"a": 3, "b": 2, "c": 3, "d": 4, "new": ""}, "b c a d new"),
        ({"a": 1, "b": 2, "c": 3, "d": "", "new": 4}, "a b c new d"),
    ],
)
def test_answers_are_put_in_order_by_their_places(
    client, editor, published, places, wanted
):
    start = {"id": "q", "kind": "choice", "label": {"en": "Q"}}
    start["choices"] = [{"value": v, "label": {"en": v}} for v in "abcd"]
    section = {"id": "s", "title": {"en": "S"}, "questions": [start]}
    draft = Questionnaire.objects.create(version=2, schema={"sections": [section]})
    filled = [
        {"value": v if v != "new" else "", "place": n, "label_en": v}
        for v, n in places.items()
    ]

    sent = said(kind="choice", **rows("choices", *filled))
    send(client, f"{ROOT}{draft.pk}/question/q/", sent)

    made = question_of(draft, "q")
    assert " ".join(texts["en"] for _value, texts in made.choices) == wanted


def test_an_emptied_answer_goes(client, editor, draft):
    empty = {"value": "no", "place": 2, "label_en": ""}
    filled = rows("choices", answer("Yes", "yes", 1), empty)

    send(client, f"{ROOT}{draft.pk}/question/money/", said(kind="choice", **filled))

    assert question_of(draft, "money").values == {"yes"}


def test_conditions_are_read_from_rows_and_shown_in_them(client, editor, draft):
    filled = rows(
        "conditions",
        {"question": "money", "answer": "money=yes"},
        {"question": "", "answer": "money=no"},
    )
    response = send(
        client, f"{ROOT}{draft.pk}/question/amount/", said(_continue="1", **filled)
    )
    page = text(client.get(response["Location"]))

    wanted = (("money", frozenset({"yes", "no"})),)
    assert question_of(draft, "amount").conditions == wanted
    assert '<option value="money=no" selected>' in page
    assert '<option value="money=yes" selected>' in page


def test_a_question_of_the_first_section_has_no_conditions(client, editor, draft):
    page = text(client.get(f"{ROOT}{draft.pk}/question/money/"))

    assert "conditions-TOTAL_FORMS" not in page


def test_two_hundred_answers_are_edited_in_one_form(client, editor, draft):
    filled = rows("choices", *(answer(f"Word {n}", place=n) for n in range(1, 201)))
    sent = said(kind="choice", _continue="1", **filled)

    response = client.post(f"{ROOT}{draft.pk}/add-question/one/", sent)

    (_money, name), _two = order(draft)
    assert response.status_code == 302
    assert len(question_of(draft, name).values) == 200


@pytest.mark.parametrize("language", ["kk", "ru", "en", "xx"])
def test_a_preview_shows_every_question_and_sends_nothing(
    client, editor, draft, language
):
    page = text(client.get(f"{ROOT}{draft.pk}/preview/?language={language}"))

    assert "<form" not in page
    assert "<fieldset disabled" in page
    assert 'name="amount"' in page
    assert {"kk": "Сұрақ", "ru": "Вопрос", "en": "Question", "xx": "Сұрақ"}[
        language
    ] in page


def test_export_import_export_is_the_same_file(client, editor, published):
    first = client.get(f"{ROOT}{published.pk}/file/").content
    client.post(f"{ROOT}add/", {"file": SimpleUploadedFile("q.json", first)})
    draft = Questionnaire.objects.get(version=2)
    second = client.get(f"{ROOT}{draft.pk}/file/").content

    assert first == second == SHIPPED
    assert not draft.is_published
    assert AuditEvent.objects.latest("id").detail == "a file"


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b" " * 1_000_001, b'{"sections": [{}]}']
)
def test_a_bad_file_changes_nothing(client, editor, published, content):
    file = SimpleUploadedFile("q.json", content)

    page = client.post(f"{ROOT}add/", {"file": file})

    assert 'class="errorlist"' in text(page)
    assert Questionnaire.objects.count() == 1


def test_what_lacks_a_translation_is_not_published(client, editor, draft):
    draft.schema["sections"][1]["questions"][0]["label"] = {"kk": "Қанша?"}
    draft.save()

    page = text(send(client, outline(draft), {"publish": "1"}, follow=True))

    draft.refresh_from_db()
    assert not draft.is_published
    assert "mend what is listed here first" in page
    assert f'href="{ROOT}{draft.pk}/question/amount/"' in page
    assert "The text is missing in: Русский, English" in page


def test_a_version_is_published_for_good(client, editor, draft):
    send(client, outline(draft), {"publish": "1"})

    assert Questionnaire.objects.newest() == draft
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.target_id) == ("publish", "2")


def test_a_draft_that_was_overtaken_is_not_published(client, editor, draft):
    Questionnaire.objects.create(version=3, schema=draft.schema, is_published=True)

    page = send(client, outline(draft), {"publish": "1"}, follow=True)

    draft.refresh_from_db()
    assert not draft.is_published
    assert "Version 3 is published already" in text(page)


def test_a_draft_is_removed_and_that_is_audited(client, editor, draft):
    assert client.get(f"{ROOT}{draft.pk}/delete/").status_code == 200
    client.post(f"{ROOT}{draft.pk}/delete/", {"post": "yes"})

    assert not Questionnaire.objects.filter(version=2).exists()
    assert AuditEvent.objects.latest("id").action == "remove"


def test_a_published_version_is_not_removed(client, editor, published):
    response = client.post(f"{ROOT}{published.pk}/delete/", {"post": "yes"})

    assert response.status_code == 403
    assert Questionnaire.objects.filter(pk=published.pk).exists()
