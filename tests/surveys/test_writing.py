import pytest
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from surveys.condition_rows import ConditionRow, lists_of
from surveys.conditions import expression_of, rows_of
from surveys.models import Item, Questionnaire, WeightScheme
from surveys.shipped import NAMES, add_items, shipped
from tests.factories.accounts import UserFactory
from tests.factories.surveys import (
    QuestionnaireFactory,
    WaveFactory,
    option,
    question,
)

LEAF = st.one_of(
    st.tuples(
        st.sampled_from(["=", "!=", "<", ">="]),
        st.sampled_from(["a", "b"]),
        st.one_of(
            st.integers(-9, 99), st.just(["of", "c"]), st.sampled_from(["KZ-10"])
        ),
    ).map(list),
    st.just(["in", "a", [1, 2]]),
    st.just(["not", ["has", "b", 3]]),
    st.just(["answered", "c"]),
)
JOIN = st.sampled_from(["and", "or"])


@given(
    st.recursive(
        LEAF,
        lambda e: st.builds(
            lambda j, p: [j, *p], JOIN, st.lists(e, min_size=1, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_a_condition_with_rows_comes_back_the_same(expression):
    found = rows_of(expression)

    assert found is None or expression_of(*found) == expression


@given(JOIN, st.lists(st.lists(LEAF, min_size=2, max_size=3), min_size=2, max_size=3))
def test_every_condition_of_two_steps_has_rows(join, groups):
    inner = {"and": "or", "or": "and"}[join]
    expression = [join, *([inner, *leaves] for leaves in groups)]

    assert rows_of(expression) is not None


@pytest.fixture
def editor(client, settings, db):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(root=True))
    return client


@pytest.fixture
def draft(db):
    """A wording with a question of every kind and whatever hangs on others."""
    items = [
        question("contact", codes=(1, 2)),
        question("who", "multiple", limits={"most": 2}, base=["=", "contact", 1]),
        question("trust", "matrix", codes=(1, 2)) | {"rows": [option(1), option(2)]},
        question("home", "number", (), limits={"min": 1, "max": 20}),
        question(
            "children",
            "number",
            (),
            base=[
                "or",
                ["and", ["=", "trust.1", 2], ["has", "who", 1]],
                [">", "home", 1],
            ],
            checks=[
                {
                    "if": ["<=", "children", ["of", "home"]],
                    "text": dict.fromkeys(("kk", "ru", "en"), "Too many"),
                }
            ],
        ),
        question("gave", codes=(1, 2)),
        question("asked", codes=(1, 2)),
        question("either", "derived", (1,))
        | {"limits": {"any": [["=", "gave", 1], ["=", "asked", 1]]}},
        question("odd", base=["not", ["and", ["=", "gave", 1], ["=", "asked", 2]]]),
    ]
    questionnaire = QuestionnaireFactory()
    add_items(questionnaire, items)
    return questionnaire


def posted(page):
    """Return what a browser would post of the page as it is."""
    found = {}
    form = page.context["adminform"].form
    for bound in form:
        value = bound.value()
        rows = getattr(bound.field, "formset", None)
        if rows:
            made = rows(initial=value or [], prefix=bound.html_name)
            found |= of_formset(made)
        elif isinstance(value, list) or (value is not None and value is not False):
            found[bound.html_name] = value
    for inline in page.context.get("inline_admin_formsets") or []:
        found |= of_formset(inline.formset)
    return found


def of_formset(formset):
    found = {field.html_name: field.value() for field in formset.management_form}
    for form in formset:
        for bound in form:
            value = bound.value()
            if value not in (None, False, ""):
                found[bound.html_name] = value
    return found


CODES = ["who", "trust", "children", "either", "odd"]


def test_opening_and_saving_a_question_changes_nothing(editor, draft):
    before = draft.written_body()

    for item in draft.items.filter(code__in=CODES):
        address = reverse("admin:surveys_item_change", args=[item.pk])
        answer = editor.post(address, posted(editor.get(address)))
        assert answer.status_code == 302, answer.context["errors"]

    assert Questionnaire.objects.get().written_body() == before


@pytest.mark.parametrize("name", sorted(NAMES))
def test_shipped_questions_are_all_written_in_fields(name):
    for item in shipped(name)["items"]:
        assert rows_of(item.get("base")) is not None


def test_no_page_of_the_desk_shows_json(editor, draft):
    wave = WaveFactory(
        questionnaire=draft, quotas=[{"name": "n", "most": 5, "when": ["=", "gave", 1]}]
    )
    pages = [
        *(
            reverse("admin:surveys_item_change", args=[i.pk])
            for i in draft.items.filter(code__in=["children", "either"])
        ),
        reverse("admin:surveys_questionnaire_change", args=[draft.pk]),
        reverse("admin:surveys_wave_change", args=[wave.pk]),
    ]

    texts = [editor.get(page).content.decode() for page in pages]

    assert not any("[&quot;" in text or "[&#x27;" in text for text in texts)


def row(prefix, number, **values):
    return {f"{prefix}-{number}-{name}": value for name, value in values.items()}


def rows(prefix, *values):
    found = {f"{prefix}-TOTAL_FORMS": len(values), f"{prefix}-INITIAL_FORMS": 0}
    for number, value in enumerate(values):
        found |= row(prefix, number, operator="=", **value)
    return found


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"question": "gave", "answer": "contact=1"}, "This is an answer to another"),
        ({"question": "gave"}, "Choose an answer or write a number"),
        ({"question": "gave", "value": "7"}, "“7” is no code of an answer to “gave”"),
        ({"question": "who", "answer": "who=1"}, "Several answers can be given"),
        ({"question": "home", "value": "many"}, "Write a number"),
        ({"value": "7"}, "Choose the question that is compared"),
    ],
)
def test_a_condition_that_cannot_hold_is_refused_with_words(draft, value, words):
    known = list(draft.definition.items)

    with override("en"):
        row = ConditionRow(value | {"operator": "="}, **lists_of(known))

        assert words in str(row.errors)


def test_a_refused_row_leaves_the_question_as_it_was(editor, draft):
    item = draft.items.get(code="odd")
    address = reverse("admin:surveys_item_change", args=[item.pk])
    page = posted(editor.get(address))

    answer = editor.post(
        address, page | rows("base", {"question": "gave", "value": "7"})
    )

    assert "base" in answer.context["adminform"].form.errors
    assert Item.objects.get(pk=item.pk).base == item.base


def test_an_answer_names_its_question(editor, draft):
    item = draft.items.get(code="odd")
    address = reverse("admin:surveys_item_change", args=[item.pk])
    page = posted(editor.get(address))

    editor.post(address, page | rows("base", {"answer": "gave=1"}))

    item.refresh_from_db()
    assert item.base == ["=", "gave", 1]


def test_a_ticked_row_goes(editor, draft):
    item = draft.items.get(code="who")
    address = reverse("admin:surveys_item_change", args=[item.pk])
    page = posted(editor.get(address))

    editor.post(address, page | {"base-0-DELETE": "on"})

    item.refresh_from_db()
    assert item.base is None


def test_a_wave_is_written_in_fields(editor, draft):
    wave = WaveFactory(questionnaire=draft, sample="invited_probability")
    address = reverse("admin:surveys_wave_change", args=[wave.pk])
    page = posted(editor.get(address))
    page |= {"splits": ["contact"]}
    page |= rows("pairs", {"first": "who", "second": "asked"})
    page |= rows("strata", {"name": "town", "weight": "44.5"})
    quota = {"name": "Gave", "most": "5", "answer": "gave=1"}
    page |= rows("quotas", quota, {"name": "Gave", "answer": "asked=2"})

    answer = editor.post(address, page)

    assert answer.status_code == 302, answer.context["errors"]
    wave.refresh_from_db()
    assert wave.splits == ["contact"]
    assert wave.pairs == [["who", "asked"]]
    assert wave.strata == {"town": 44.5}
    both = ["and", ["=", "gave", 1], ["=", "asked", 2]]
    assert wave.quotas == [{"name": "Gave", "most": 5, "when": both}]


def test_a_weighting_is_written_in_fields(editor, draft):
    wave = WaveFactory(questionnaire=draft, splits=["gave", "asked"])
    scheme = WeightScheme.objects.create(wave=wave, kind="rake")
    address = reverse("admin:surveys_weightscheme_change", args=[scheme.pk])
    page = posted(editor.get(address))
    page |= {"margins-0-target": "48.6", "margins-1-target": "51.4"}
    page |= {"margins-0-source": "Census", "margins-0-date": "2024-07-01"}

    answer = editor.post(address, page)

    assert answer.status_code == 302, answer.context["errors"]
    scheme.refresh_from_db()
    assert scheme.margins == [
        {
            "question": "gave",
            "targets": {"1": 48.6, "2": 51.4},
            "source": "Census",
            "date": "2024-07-01",
        }
    ]


def test_a_new_question_gets_the_next_place_and_goes_on(editor, draft):
    words = {f"text_{code}": "Жаңа сұрақ" for code in ("kk", "ru", "en")}
    page = {"questionnaire": draft.pk, "kind": "single", "code": "fresh", **words}

    answer = editor.post(reverse("admin:surveys_item_add"), page)

    item = draft.items.get(code="fresh")
    assert item.position == 10
    assert answer.url.endswith(f"/item/{item.pk}/change/")


def test_answers_are_numbered_where_nobody_does(editor, draft):
    item = draft.items.get(code="trust")
    address = reverse("admin:surveys_item_change", args=[item.pk])
    page = posted(editor.get(address))
    for prefix in ("choices", "choices-2"):
        page |= {f"{prefix}-2-label_{code}": "Жауап" for code in ("kk", "ru", "en")}

    answer = editor.post(address, page)

    assert answer.status_code == 302, answer.context["errors"]
    found = item.choices.order_by("is_row", "code").values_list("is_row", "code")
    assert list(found) == [(flag, code) for flag in (False, True) for code in (1, 2, 3)]
