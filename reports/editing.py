"""A draft of the questionnaire, changed piece by piece: each change gives a new form.

A change that would leave a condition without its question or answer is refused, and
staff are told which questions it is about. A change made from a page that shows what
is no longer so is refused, too: a page carries the print of what it was made from.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from secrets import token_hex
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from reports.questionnaire_faults import Dangling, dangling
from reports.questionnaires import (
    Form,
    Question,
    Section,
    written,
    written_question,
)

LONGEST_TEXT = 2000
MOST_SECTIONS = 50
MOST_QUESTIONS = 300
MOST_CHOICES = 200
MOST_CONDITIONS = 50
Change = Callable[[Form], Form]
T = TypeVar("T")


class EditError(ValueError):
    """A change that cannot be made; the text says why and what to do."""


class ChangedError(EditError):
    """What is to be changed is not what the page showed."""


def new_id(first: str) -> str:
    """Make an id that no other version has used, so that none is mistaken for another."""
    return first + token_hex(4)


def told_limits() -> str:
    text = _(
        "A questionnaire has at most %(sections)s sections and %(number)s questions"
    )
    return text % {"sections": MOST_SECTIONS, "number": MOST_QUESTIONS}


def section_of(form: Form, name: str) -> Section | None:
    for section in form.sections:
        if any(question.id == name for question in section.questions):
            return section
    return None


def find_section(form: Form, name: str) -> Section:
    found = next((s for s in form.sections if s.id == name), None)
    if found is None:
        raise EditError(_("This section is gone; somebody removed it"))
    return found


def find_question(form: Form, name: str) -> Question:
    found = next((q for q in form.questions() if q.id == name), None)
    if found is None:
        raise EditError(_("This question is gone; somebody removed it"))
    return found


def print_of(form: Form) -> str:
    return _print(written(form))


def print_of_section(form: Form, name: str) -> str:
    """Return the print of what is written on a section's page, its titles."""
    return _print(find_section(form, name).titles)


def print_of_question(form: Form, name: str) -> str:
    return _print(written_question(find_question(form, name)))


def _print(part: Any) -> str:
    return sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()


def as_seen(change: Change, seen: str, now: Callable[[Form], str]) -> Change:
    """Return the change, refused where the print of what it is about is another now."""

    def checked(form: Form) -> Form:
        if now(form) != seen:
            raise ChangedError
        return change(form)

    return checked


def earlier_choices(form: Form, name: str) -> list[Question]:
    """Return what a condition in a section may look at: choices of earlier sections."""
    found: list[Question] = []
    for section in form.sections:
        if section.id == name:
            break
        found += [question for question in section.questions if question.choices]
    return found


def add_section(form: Form, section: Section) -> Form:
    if len(form.sections) >= MOST_SECTIONS:
        raise EditError(told_limits())
    return Form((*form.sections, section))


def name_section(form: Form, name: str, titles: dict[str, str]) -> Form:
    section = find_section(form, name)
    named = replace(section, titles={**section.titles, **titles})
    return _with(form, named)


def move_section(form: Form, name: str, step: int) -> Form:
    place = form.sections.index(find_section(form, name))
    return _checked(form, Form(_moved(form.sections, place, step)))


def remove_section(form: Form, name: str) -> Form:
    gone = find_section(form, name)
    return _checked(form, Form(tuple(s for s in form.sections if s != gone)))


def add_question(form: Form, name: str, question: Question) -> Form:
    if len(list(form.questions())) >= MOST_QUESTIONS:
        raise EditError(told_limits())
    section = find_section(form, name)
    longer = replace(section, questions=(*section.questions, question))
    return _checked(form, _with(form, longer))


def replace_question(form: Form, question: Question) -> Form:
    find_question(form, question.id)

    def put(row: Question) -> Question:
        return question if row.id == question.id else row

    sections = (
        replace(section, questions=tuple(put(row) for row in section.questions))
        for section in form.sections
    )
    return _checked(form, Form(tuple(sections)))


def move_question(form: Form, name: str, step: int) -> Form:
    """Move a question by one; from the edge of its section into the one beside it."""
    question = find_question(form, name)
    section = section_of(form, name)
    assert section is not None
    place = section.questions.index(question)
    if 0 <= place + step < len(section.questions):
        moved = _moved(section.questions, place, step)
        return _with(form, replace(section, questions=moved))
    home = form.sections.index(section) + step
    if not 0 <= home < len(form.sections):
        return form
    beside = form.sections[home]
    rows = (question, *beside.questions) if step > 0 else (*beside.questions, question)
    left = _with(form, _without(section, name))
    return _checked(form, _with(left, replace(beside, questions=rows)))


def remove_question(form: Form, name: str) -> Form:
    find_question(form, name)
    sections = (_without(section, name) for section in form.sections)
    return _checked(form, Form(tuple(sections)))


def _with(form: Form, section: Section) -> Form:
    """Put a section into the place of the one with its id."""
    rows = (section if row.id == section.id else row for row in form.sections)
    return Form(tuple(rows))


def _without(section: Section, name: str) -> Section:
    rows = tuple(row for row in section.questions if row.id != name)
    return replace(section, questions=rows)


def _moved(rows: tuple[T, ...], place: int, step: int) -> tuple[T, ...]:
    """Return the rows with one moved by a step, or as they are at the edge."""
    if not 0 <= place + step < len(rows):
        return rows
    others = [*rows[:place], *rows[place + 1 :]]
    others.insert(place + step, rows[place])
    return tuple(others)


def _checked(before: Form, after: Form) -> Form:
    if not any(section.questions for section in after.sections):
        raise EditError(_("The last question stays: a questionnaire asks something"))
    known = {row.key for row in dangling(before)}
    for row in dangling(after):
        if row.key not in known:
            raise EditError(_told(row, before, after))
    return after


def _told(row: Dangling, before: Form, after: Form) -> str:
    """Say why a condition would break, in the words of the questions it is about."""
    if row.is_asked:
        text = _(
            "“%(question)s” is asked after the answer “%(answer)s” to “%(other)s”: take"
            " that condition away first"
        )
    elif section_of(after, row.name):
        text = _(
            "“%(question)s” is asked after an answer to “%(other)s”, which must stand in"
            " an earlier section"
        )
    else:
        text = _(
            "“%(question)s” is asked after an answer to “%(other)s”: take that condition"
            " away first"
        )
    other = next((q for q in before.questions() if q.id == row.name), None)
    return text % {
        "question": row.question.label.plain,
        "other": other.label.plain if other else row.name,
        "answer": ", ".join(sorted(map(other.shown, row.lost))) if other else "",
    }
