"""A questionnaire as a file that any portal can take in, and that loses nothing.

The shipped questionnaires in data/questionnaires/ are such files.
"""

import json
from typing import Any

from django.utils.translation import gettext as _

from reports.editing import (
    LONGEST_TEXT,
    MOST_CHOICES,
    MOST_CONDITIONS,
    MOST_QUESTIONS,
    MOST_SECTIONS,
    told_limits,
)
from reports.questionnaires import (
    STEPS_AFTER,
    Form,
    Question,
    SchemaError,
    read_schema,
    written,
)

MOST_BYTES = 1_000_000


def export_file(form: Form) -> bytes:
    text = json.dumps(written(form), ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


def import_file(content: bytes) -> Form:
    """Return the form in a file; raise SchemaError for a file that is not taken whole."""
    if len(content) > MOST_BYTES:
        raise SchemaError(_("The file is larger than 1 MB"))
    try:
        schema = json.loads(content.decode())
    except (ValueError, RecursionError):
        raise SchemaError(_("The file is not JSON in UTF-8")) from None
    form = read_schema(schema)
    _check_sections(form)
    for question in form.questions():
        _check_question(question)
    kept = written(form)
    if path := _lost(schema, kept):
        text = _("A questionnaire holds nothing like this part of the file: %(part)s")
        raise SchemaError(text % {"part": path})
    _check_texts(kept)
    return form


def _check_sections(form: Form) -> None:
    ids = [section.id for section in form.sections]
    for name in ids:
        if name in STEPS_AFTER or not name.isidentifier() or ids.count(name) > 1:
            text = _("The section “%(name)s” needs another id")
            raise SchemaError(text % {"name": name})
    if len(ids) > MOST_SECTIONS or len(list(form.questions())) > MOST_QUESTIONS:
        raise SchemaError(told_limits())


def _check_question(question: Question) -> None:
    values = [value for value, _texts in question.choices]
    said = {"name": question.id, "number": MOST_CHOICES}
    if len(values) > MOST_CHOICES:
        text = _("The question “%(name)s” offers more than %(number)s answers")
        raise SchemaError(text % said)
    if "" in values or len(set(values)) < len(values):
        text = _("The question “%(name)s” has answers with the same value or none")
        raise SchemaError(text % said)
    if values and question.kind != "choice":
        text = _("The question “%(name)s” offers answers, but its kind is another")
        raise SchemaError(text % said)
    names = [name for name, _wanted in question.conditions]
    pairs = sum(len(wanted) for _name, wanted in question.conditions)
    if len(set(names)) < len(names) or pairs > MOST_CONDITIONS:
        text = _(
            "The question “%(name)s” has too many conditions, or two on one question"
        )
        raise SchemaError(text % said)


def _lost(given: Any, kept: Any, path: str = "") -> str:
    """Return the first place where a file holds more than would be kept."""
    if isinstance(given, dict) and isinstance(kept, dict):
        pairs = ((f"{path}/{key}", v, kept.get(key)) for key, v in given.items())
    elif isinstance(given, list) and isinstance(kept, list):
        if len(given) != len(kept):
            return path
        if all(isinstance(part, str) for part in given):
            given, kept = sorted(given), sorted(kept)
        pairs = (
            (f"{path}/{place}", *pair)
            for place, pair in enumerate(zip(given, kept, strict=True), start=1)
        )
    else:
        # What is empty need not be written.
        is_same = type(given) is type(kept) and given == kept
        return "" if is_same or not (given or kept) else path
    return next((found for pair in pairs if (found := _lost(*pair[1:], pair[0]))), "")


def _check_texts(part: Any, name: str = "") -> None:
    """Refuse what is no text where one should be, and what the database cannot hold."""
    if isinstance(part, dict):
        for key, inner in part.items():
            _check_texts(key)
            _check_texts(inner, key)
    elif isinstance(part, list):
        for inner in part:
            _check_texts(inner)
    elif name != "required" and not _is_plain(part):
        text = _("A text is too long or holds characters nobody can read: %(text)s")
        raise SchemaError(text % {"text": ascii(part)[:60]})


def _is_plain(text: Any) -> bool:
    return (
        isinstance(text, str)
        and len(text) <= LONGEST_TEXT
        and "\x00" not in text
        and not any("\ud800" <= letter <= "\udfff" for letter in text)
    )
