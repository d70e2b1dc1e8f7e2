"""What was posted becomes codes; what may not have been asked does not count.

The server trusts nothing that comes from a form: every answer is read against the
definition and every condition is worked out again, in order.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any, Protocol

from django.utils.translation import gettext as _

from foundation.languages import pick
from surveys.definition import CHOSEN, Definition, Option, Question
from surveys.expressions import holds, names

LONGEST_TEXT = 4_000
INTEGER = re.compile(r"^-?\d{1,9}$")
# The control of an answer other than a choice: “don't know” to a number.
MISSING = "{}__missing"
ROW = "{}__{}"


class Posted(Protocol):
    """What a form sends: Django's QueryDict."""

    def getlist(self, key: str) -> list[str]: ...
    def get(self, key: str) -> Any: ...


@dataclass
class Reading:
    """Answers by the code of their question, and what is wrong with them."""

    answers: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Places:
    """The codes that may be picked for a question about an area or a body."""

    areas: Collection[str] = ()
    bodies: Collection[str] = ()


def pages(definition: Definition) -> list[list[Question]]:
    """Part a questionnaire so that no condition looks at its own page.

    So it works without scripts: what decides is always answered a page before.
    """
    parts: list[list[Question]] = [[]]
    here: set[str] = set()
    for question in definition.items:
        if question.is_derived:
            continue
        looked_at = set(names(question.base)) | set(piped(question))
        if (looked_at & here) or (len(parts[-1]) >= 5 and question.base is None):
            parts.append([])
            here = set()
        parts[-1].append(question)
        here.add(question.code)
    return [part for part in parts if part]


PIPE = re.compile(r"\{([A-Za-z]\w*)\}")


def piped(question: Question) -> Iterator[str]:
    """Give the questions whose answers stand in this one's words."""
    for texts in (question.text, question.hint):
        for text in texts.values():
            yield from PIPE.findall(text)


def shown(
    definition: Definition, answers: Mapping[str, Any]
) -> tuple[dict[str, Any], set[str]]:
    """Return the answers that count and the codes of all questions asked.

    Conditions are worked out in order over what counts so far: an answer under a
    condition that no longer holds is no answer.
    """
    counted: dict[str, Any] = {}
    asked: set[str] = set()
    for question in definition.items:
        if holds(question.base, counted):
            asked.add(question.code)
            if question.code in answers and question.is_asked:
                counted[question.code] = answers[question.code]
    return counted, asked


def read(
    questions: list[Question],
    posted: Posted,
    places: Places,
    *,
    earlier: Mapping[str, Any],
    is_strict: bool = True,
) -> Reading:
    """Read the answers to some questions; what is not asked is left out."""
    reading = Reading(answers=dict(earlier))
    for question in questions:
        if not question.is_asked or not holds(question.base, reading.answers):
            continue
        try:
            value = read_answer(question, posted, places)
        except ValueError as error:
            reading.errors[question.code] = str(error)
            continue
        if value is not None:
            reading.answers[question.code] = value
        elif question.required and is_strict:
            reading.errors[question.code] = _("Answer this question")
    for question in questions:
        for rule in question.checks:
            if question.code in reading.answers and not holds(
                rule["if"], reading.answers
            ):
                reading.errors[question.code] = pick(dict(rule["text"])).plain
    return reading


def read_answer(question: Question, posted: Posted, places: Places) -> Any:
    """Return one answer as codes, None where there is none; ValueError says why not."""
    missing = (posted.get(MISSING.format(question.code)) or "").strip()
    if missing and question.kind not in CHOSEN:
        option = question.option(_integer(missing))
        if option is None or not option.missing:
            raise ValueError(_("Choose one of the answers offered"))
        return {"missing": option.code}
    reader = READERS[question.kind]
    return reader(question, posted, places)


def _integer(text: str) -> int:
    if not INTEGER.match(text):
        raise ValueError(_("Choose one of the answers offered"))
    return int(text)


def _single(question: Question, posted: Posted, _places: Places) -> int | None:
    text = posted.get(question.code) or ""
    if not text:
        return None
    code = _integer(text)
    if code not in question.codes:
        raise ValueError(_("Choose one of the answers offered"))
    return code


def _multiple(question: Question, posted: Posted, _places: Places) -> list[int] | None:
    codes = {_integer(text) for text in posted.getlist(question.code) if text}
    if not codes:
        return None
    if codes - question.codes:
        raise ValueError(_("Choose one of the answers offered"))
    alone = [o for o in question.choices if (o.exclusive or o.missing)]
    if len(codes) > 1 and any(option.code in codes for option in alone):
        raise ValueError(
            _("One of the answers you chose cannot stand together with others")
        )
    most = question.limits.get("most")
    if most and len(codes) > most:
        raise ValueError(_("Choose at most %(most)s answers") % {"most": most})
    return sorted(codes)


def _matrix(
    question: Question, posted: Posted, _places: Places
) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for row in question.rows:
        text = posted.get(ROW.format(question.code, row.code)) or ""
        if text:
            code = _integer(text)
            if code not in question.codes:
                raise ValueError(_("Choose one of the answers offered"))
            found[str(row.code)] = code
    if question.required and found and len(found) < len(question.rows):
        raise ValueError(_("Answer every row"))
    return found or None


def _ranking(question: Question, posted: Posted, _places: Places) -> list[int] | None:
    places: dict[int, int] = {}
    for option in question.choices:
        text = posted.get(ROW.format(question.code, option.code)) or ""
        if text and not option.missing:
            place = _integer(text)
            if place in places or not 1 <= place <= len(question.choices):
                raise ValueError(_("Give each place once"))
            places[place] = option.code
    if sorted(places) != list(range(1, len(places) + 1)):
        raise ValueError(_("Give the places in a row, beginning with 1"))
    return [places[place] for place in sorted(places)] or None


def _number(question: Question, posted: Posted, _places: Places) -> int | float | None:
    text = (posted.get(question.code) or "").strip().replace(",", ".")
    text = re.sub(r"[\s\u00a0]", "", text)
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(_("Write a number")) from None
    if not number.is_finite():
        raise ValueError(_("Write a number"))
    low, high = question.limits.get("min", -(10**9)), question.limits.get("max", 10**9)
    if not low <= number <= high:
        raise ValueError(
            _("Write a number from %(low)s to %(high)s") % {"low": low, "high": high}
        )
    decimals = int(question.limits.get("decimals", 0))
    if number != round(number, decimals):
        raise ValueError(
            _("Write a whole number") if not decimals else _("Too precise")
        )
    return float(number) if decimals else int(number)


def _date(question: Question, posted: Posted, _places: Places) -> str | None:
    text = (posted.get(question.code) or "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(_("Write the date as 2025-04-30")) from None
    low, high = question.limits.get("min", ""), question.limits.get("max", "9999")
    if not low <= day <= high:
        raise ValueError(_("This date is outside the period asked about"))
    return day


def _text(question: Question, posted: Posted, _places: Places) -> str | None:
    text = (posted.get(question.code) or "").replace("\x00", "").strip()
    most = min(int(question.limits.get("most", LONGEST_TEXT)), LONGEST_TEXT)
    if len(text) > most:
        raise ValueError(_("Write at most %(most)s characters") % {"most": most})
    return text or None


def _place(question: Question, posted: Posted, places: Places) -> str | None:
    text = (posted.get(question.code) or "").strip()
    known = places.areas if question.kind == "area" else places.bodies
    if not text:
        return None
    if text not in known:
        raise ValueError(_("Choose one of the answers offered"))
    return text


READERS = {
    "single": _single,
    "scale": _single,
    "multiple": _multiple,
    "matrix": _matrix,
    "ranking": _ranking,
    "number": _number,
    "date": _date,
    "text": _text,
    "area": _place,
    "body": _place,
}


def fields_of(question: Question, value: Any) -> Iterator[tuple[str, str]]:
    """Give the form fields that would post an answer: the inverse of reading."""
    if value is None:
        return
    if isinstance(value, dict) and "missing" in value:
        yield MISSING.format(question.code), str(value["missing"])
    elif question.kind == "matrix":
        for row, code in value.items():
            yield ROW.format(question.code, row), str(code)
    elif question.kind == "ranking":
        for place, code in enumerate(value, start=1):
            yield ROW.format(question.code, code), str(place)
    elif question.kind == "multiple":
        for code in value:
            yield question.code, str(code)
    else:
        yield question.code, str(value)


def ordered(question: Question, options: tuple[Option, ...], seed: int) -> list[Option]:
    """Return the options in this form's random order; pinned ones keep their places."""
    if not question.random:
        return list(options)
    free = [option for option in options if not (option.pinned or option.missing)]
    Random(f"{seed}:{question.code}").shuffle(free)  # noqa: S311  an order, no secret
    left = iter(free)
    return [o if (o.pinned or o.missing) else next(left) for o in options]
