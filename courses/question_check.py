"""Say what is wrong with a question before it is kept."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from courses.grading import CHOICES, read_number
from courses.models import QuestionVersion
from foundation.languages import languages

Kind = QuestionVersion.Kind
MOST_OPTIONS = 30


def faults_of(kind: str, body: Any) -> list[str]:
    """Return the faults in words; a broken shape is one fault, never an error."""
    try:
        return _faults(Kind(kind), body)
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError):
        return [_("The content has not the shape that this kind of question needs")]


def _faults(kind: Kind, body: dict[str, Any]) -> list[str]:
    faults = _text_faults(body["text" if kind == Kind.CLOZE else "stem"])
    if kind in CHOICES:
        faults += _choice_faults(kind, body["choices"])
    elif kind == Kind.SHORT:
        if not any(
            text.strip() for texts in body["answers"].values() for text in texts
        ):
            faults.append(_("No answer is right"))
    elif kind == Kind.NUMERIC:
        tolerance = Fraction(body.get("tolerance") or 0)
        if read_number(body["value"]) is None or tolerance < 0:
            faults.append(_("Write the number and its tolerance"))
    elif kind == Kind.MATCHING:
        faults += _rows(body["pairs"], "left", "right")
    elif kind == Kind.ORDERING:
        faults += _rows(body["steps"], "text")
    else:
        for gap in body["gaps"]:
            faults += _rows(gap["options"], "text")
            if sum(bool(option["is_right"]) for option in gap["options"]) != 1:
                faults.append(_("One option of each gap is right"))
    return faults


def _text_faults(texts: dict[str, str]) -> list[str]:
    missing = [code for code in languages() if not str(texts.get(code, "")).strip()]
    if missing:
        return [_("No text in %(languages)s") % {"languages": ", ".join(missing)}]
    return []


def _rows(rows: list[dict[str, Any]], *parts: str) -> list[str]:
    keys = [row["key"] for row in rows]
    if not 2 <= len(keys) <= MOST_OPTIONS or len(set(keys)) != len(keys):
        return [_("Between two and thirty options, each with a key of its own")]
    return [
        fault for row in rows for part in parts for fault in _text_faults(row[part])
    ]


def _choice_faults(kind: Kind, choices: list[dict[str, Any]]) -> list[str]:
    faults = _rows(choices, "text")
    shares = [Fraction(choice["fraction"]) for choice in choices]
    if any(abs(share) > 1 for share in shares):
        faults.append(_("A share lies between -1 and 1"))
    right = sum(share for share in shares if share > 0)
    if kind == Kind.MULTIPLE and right != 1:
        faults.append(_("The shares of the right answers add up to 1"))
    if kind != Kind.MULTIPLE and max(shares) != 1:
        faults.append(_("One answer is fully right"))
    return faults
