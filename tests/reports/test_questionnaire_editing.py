"""Changes to a draft as pure functions, and the files a questionnaire travels in."""

import json
import random
from dataclasses import replace

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as often
from hypothesis import strategies as st

from reports import editing
from reports.editing import EditError
from reports.outline import told
from reports.questionnaire_faults import dangling, faults
from reports.questionnaire_files import MOST_BYTES, export_file, import_file
from reports.questionnaires import (
    Form,
    Question,
    SchemaError,
    Section,
    read_schema,
    written,
)

SHIPPED = (settings.BASE_DIR / "data/questionnaires/1.json").read_bytes()
FORM = read_schema(json.loads(SHIPPED))
WORDS = {"kk": "Сұрақ", "ru": "Вопрос", "en": "Question"}

pytestmark = pytest.mark.usefixtures("english")


def question(name, **more):
    empty = {"labels": WORDS, "hints": {}, "choices": (), "conditions": ()}
    return Question(name, **{"kind": "text", "is_required": False, **empty, **more})


def choice(name, *values):
    return question(name, kind="choice", choices=tuple((v, WORDS) for v in values))


def hanging(name, on, *values):
    return question(name, conditions=((on, frozenset(values)),))


SMALL = Form(
    (
        Section("one", WORDS, (choice("money", "yes", "no"),)),
        Section("two", WORDS, (hanging("amount", "money", "yes"),)),
    )
)


def ids(form):
    return [
        [question.id for question in section.questions] for section in form.sections
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: editing.move_question(f, "amount", -1), "in an earlier section"),
        (lambda f: editing.move_question(f, "money", 1), "in an earlier section"),
        (lambda f: editing.move_section(f, "two", -1), "in an earlier section"),
        (lambda f: editing.remove_question(f, "money"), "take that condition away"),
        (lambda f: editing.remove_section(f, "one"), "take that condition away"),
        (
            lambda f: editing.replace_question(f, choice("money", "no")),
            "after the answer “Question”",
        ),
        (
            lambda f: editing.replace_question(f, question("money")),
            "take that condition away",
        ),
        (lambda f: editing.remove_question(f, "nothing"), "gone"),
        (lambda f: editing.remove_section(f, "nothing"), "gone"),
        (lambda f: editing.add_question(f, "nothing", question("new")), "gone"),
        (lambda f: editing.replace_question(f, question("nothing")), "gone"),
        (
            lambda f: editing.add_question(f, "one", hanging("new", "amount", "x")),
            "in an earlier section",
        ),
    ],
)
def test_a_change_that_would_break_a_condition_is_refused_with_words(change, words):
    with pytest.raises(EditError, match=words):
        change(SMALL)


def test_the_last_question_stays():
    alone = editing.remove_question(SMALL, "amount")

    with pytest.raises(EditError, match="last question"):
        editing.remove_question(alone, "money")


def test_there_is_an_end_to_questions_and_sections():
    many = tuple(question(f"q{n}") for n in range(editing.MOST_QUESTIONS))
    full = Form((Section("one", WORDS, many),) * editing.MOST_SECTIONS)

    with pytest.raises(EditError, match="at most"):
        editing.add_question(full, "one", question("new"))
    with pytest.raises(EditError, match="at most"):
        editing.add_section(full, Section("new", WORDS, ()))


def test_a_question_moves_within_its_section_and_over_its_edge():
    form = editing.add_question(SMALL, "two", question("when"))

    up = editing.move_question(form, "when", -1)
    over = editing.move_question(up, "when", -1)
    back = editing.move_question(over, "when", 1)

    assert ids(up) == [["money"], ["when", "amount"]]
    assert ids(over) == [["money", "when"], ["amount"]]
    assert ids(back) == ids(up)


def test_nothing_moves_over_the_edge_of_the_questionnaire():
    assert editing.move_question(SMALL, "money", -1) == SMALL
    assert editing.move_question(SMALL, "amount", 1) == SMALL
    assert editing.move_section(SMALL, "one", -1) == SMALL


def test_texts_in_a_language_that_is_not_edited_stay():
    other = {**WORDS, "de": "Frage"}
    form = Form((Section("one", other, (question("q"),)),))

    named = editing.name_section(form, "one", {**WORDS, "en": "Another"})

    assert named.sections[0].titles == {**other, "en": "Another"}
    assert read_schema(written(named)) == named


def test_a_condition_that_was_broken_before_hinders_no_other_step():
    odd = hanging("amount", "money", "perhaps")
    form = Form((*SMALL.sections[:1], Section("two", WORDS, (odd,))))

    longer = editing.add_question(form, "two", question("when"))

    assert ids(longer) == [["money"], ["amount", "when"]]


STEPS = ["move", "move-section", "add", "add-section", "remove", "remove-section"]


@st.composite
def steps(draw):
    return [
        (draw(st.sampled_from(STEPS)), draw(st.integers(0, 20)), draw(st.booleans()))
        for _ in range(draw(st.integers(0, 25)))
    ]


def taken(form, step):
    kind, number, is_up = step
    questions = list(form.questions())
    name = questions[number % len(questions)].id
    section = form.sections[number % len(form.sections)].id
    way = -1 if is_up else 1
    earlier = editing.earlier_choices(form, section)
    asked = earlier[number % len(earlier)] if earlier else None
    new = choice(editing.new_id("q"), "a", "b")
    if asked:
        first = frozenset([asked.choices[0][0]])
        new = replace(new, conditions=((asked.id, first),))
    return {
        "move": lambda: editing.move_question(form, name, way),
        "move-section": lambda: editing.move_section(form, section, way),
        "add": lambda: editing.add_question(form, section, new),
        "add-section": lambda: editing.add_section(
            form, Section(editing.new_id("s"), WORDS, ())
        ),
        "remove": lambda: editing.remove_question(form, name),
        "remove-section": lambda: editing.remove_section(form, section),
    }[kind]()


@often(max_examples=300, deadline=None)
@given(steps())
def test_any_steps_leave_a_questionnaire_that_can_be_asked(way):
    form = FORM

    for step in way:
        try:
            form = taken(form, step)
        except EditError:
            continue

    assert read_schema(json.loads(json.dumps(written(form)))) == form
    assert list(dangling(form)) == []
    assert import_file(export_file(form)) == form


def test_what_ships_lacks_nothing_and_is_exported_as_it_is():
    assert list(faults(FORM)) == []
    assert export_file(FORM) == SHIPPED


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (question("q", labels={"kk": "Сұрақ"}), "text is missing in: Русский, English"),
        (question("q", hints={"en": "Hint"}), "hint is missing in: Қазақша, Русский"),
        (
            question("q", kind="choice", choices=(("a", {"en": "Yes"}),)),
            "“Yes” is missing in: Қазақша, Русский",
        ),
    ],
)
def test_what_is_not_written_in_every_language_is_told(part, text):
    found = list(faults(Form((Section("one", WORDS, (part,)),))))

    assert [fault.question.id for fault in found] == ["q"]
    assert text in found[0].text


def test_faults_of_sections_and_of_conditions_are_told():
    odd = hanging("amount", "money", "perhaps")
    sections = (
        *SMALL.sections[:1],
        Section("two", {"en": "Two"}, (odd,)),
        Section("three", WORDS, ()),
    )

    found = [(f.name, f.text) for f in faults(Form(sections))]

    assert found == [
        ("Two", "The title is missing in: Қазақша, Русский"),
        ("Question", "A condition names an answer that is not offered before"),
        ("Question", "The section has no question"),
    ]


def test_a_condition_reads_as_words():
    amount = next(q for q in FORM.questions() if q.id == "amount")

    assert told(amount, list(FORM.questions())) == (
        "“Was money or property involved?” — “Yes”"
    )


def changed(**parts):
    """Return the small questionnaire as a file, with parts of a question changed."""
    schema = written(SMALL)
    schema["sections"][0]["questions"][0] |= parts
    return json.dumps(schema).encode()


PIECES = [b"", b"a", b'"', b"{}", b"[]", b"1", b",", b":", b"\xd2", b"\\u0000", b"null"]
CHOICES = [{"value": "yes", "label": WORDS}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"{}", "missing"),
        (b'{"sections": []}', "asks nothing"),
        (b" " * (MOST_BYTES + 1), "larger than 1 MB"),
        (changed(colour="red"), "/sections/1/questions/1/colour"),
        (changed(label={"en": 5}), "nobody can read: 5"),
        (changed(label={"en": "Money?", "ru": [1]}), "nobody can read: 1"),
        (changed(label={"en": "a\0b"}), "nobody can read"),
        (changed(label={"en": "\ud800"}), "nobody can read"),
        (changed(label={"en": "x" * 2001}), "too long"),
        (changed(required="yes"), "/required"),
        (changed(choices=CHOICES * 2), "same value"),
        (changed(choices=[{"value": "", "label": WORDS}]), "same value or none"),
        (
            changed(choices=[{"value": f"a{n}", "label": WORDS} for n in range(201)]),
            "more than 200 answers",
        ),
        (changed(kind="text"), "its kind is another"),
        (changed(when=[{"question": "money", "is": ["yes"]}]), "no earlier section"),
    ],
)
def test_a_file_that_is_not_taken_whole_is_refused_with_words(content, words):
    with pytest.raises(SchemaError, match=words):
        import_file(content)


@pytest.mark.parametrize("name", ["files", "a/b", "two"])
def test_a_section_that_could_not_be_opened_is_refused(name):
    schema = written(SMALL)
    schema["sections"][0]["id"] = name

    with pytest.raises(SchemaError, match="needs another id"):
        import_file(json.dumps(schema).encode())


def test_two_conditions_on_one_question_are_refused():
    schema = written(SMALL)
    schema["sections"][1]["questions"][0]["when"] *= 2

    with pytest.raises(SchemaError, match="two on one question"):
        import_file(json.dumps(schema).encode())


def test_an_answer_named_twice_in_a_condition_is_refused():
    schema = written(SMALL)
    schema["sections"][1]["questions"][0]["when"][0]["is"] *= 2

    with pytest.raises(SchemaError, match="/sections/2/questions/1/when/1/is"):
        import_file(json.dumps(schema).encode())


def test_a_file_with_too_many_sections_is_refused():
    schema = written(SMALL)
    schema["sections"] += [
        {"id": f"s{n}", "title": WORDS, "questions": []} for n in range(50)
    ]

    with pytest.raises(SchemaError, match="at most 50 sections"):
        import_file(json.dumps(schema).encode())


def test_a_hundred_thousand_spoiled_files_are_refused_or_taken_whole():
    source, small = random.Random(74), export_file(SMALL)
    refused = 0

    for _ in range(100_000):
        spoiled = bytearray(small)
        for _ in range(source.randint(1, 3)):
            place = source.randrange(len(spoiled))
            spoiled[place : place + source.randint(0, 2)] = source.choice(PIECES)
        try:
            form = import_file(bytes(spoiled))
        except SchemaError:
            refused += 1
            continue
        assert import_file(export_file(form)) == form

    assert 50_000 < refused < 100_000


def test_what_is_empty_need_not_be_written():
    content = changed(hint={}, required=False, when=[])

    assert import_file(content) == SMALL
