"""The content of a question as fields of a form, and back again.

Nobody writes JSON: each option is a row of texts in three languages with a tick. What a
form does not show (keys, parts of other tools) is kept as it was, so that opening and
saving a question changes nothing.
"""

from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.grading import CHOICES
from courses.models import QuestionVersion
from foundation.languages import languages

Body = dict[str, Any]
Fields = dict[str, forms.Field]
Kind = QuestionVersion.Kind

NAMES = {
    "kk": gettext_lazy("Kazakh"),
    "ru": gettext_lazy("Russian"),
    "en": gettext_lazy("English"),
}
PARTS = {
    "stem": gettext_lazy("Question"),
    "text": gettext_lazy("Text"),
    "feedback": gettext_lazy("Feedback"),
    "left": gettext_lazy("Left side"),
    "right": gettext_lazy("Right side"),
    "gap": gettext_lazy("Options"),
    "answers": gettext_lazy("Right answers"),
    "explanation": gettext_lazy("Explanation"),
}
# Of each kind with rows: their name in the body, the first letter of new keys, texts.
ROWS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    **dict.fromkeys(CHOICES, ("choices", "o", ("text", "feedback"))),
    Kind.MATCHING: ("pairs", "p", ("left", "right")),
    Kind.ORDERING: ("steps", "s", ("text",)),
}
# Answers whose weight an author may want to set himself.
WEIGHED = (Kind.MULTIPLE, Kind.DILEMMA)
LEAST_ROWS, MORE_ROWS, MOST_ROWS = 4, 2, 30
LEAST_GAPS, MOST_GAPS = 2, 10
RIGHT = "* "


def main_text(kind: str) -> str:
    return "text" if kind == Kind.CLOZE else "stem"


def rows_shown(kind: str, body: Body) -> int:
    if kind not in ROWS:
        return 0
    if kind == Kind.TRUE_FALSE:
        return 2
    stored = len(body.get(ROWS[kind][0], []))
    return min(max(LEAST_ROWS, stored + MORE_ROWS), MOST_ROWS)


def gaps_shown(kind: str, body: Body) -> int:
    if kind != Kind.CLOZE:
        return 0
    return min(max(LEAST_GAPS, len(body.get("gaps", [])) + 1), MOST_GAPS)


def _area(label: Any, rows: int, **more: Any) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": rows, "cols": 30})
    return forms.CharField(
        label=label, required=False, widget=widget, max_length=5000, **more
    )


def _in_three(prefix: str, rows: int) -> Fields:
    """Return a field for each language, with words that say what goes there."""
    part = PARTS[prefix.rsplit("_", 1)[-1].rstrip("0123456789")]
    return {
        f"{prefix}_{code}": _area(
            format_lazy("{part} ({language})", part=part, language=NAMES[code]), rows
        )
        for code in languages()
    }


def fields_for(kind: str, body: Body) -> Fields:
    """Return the fields of one question, in the order in which they are shown."""
    fields = _in_three(main_text(kind), 3)
    for number in range(1, rows_shown(kind, body) + 1):
        fields |= _row_fields(kind, number)
    for number in range(1, gaps_shown(kind, body) + 1):
        fields |= _in_three(f"gap{number}", 3)
    if kind == Kind.SHORT:
        fields |= _in_three("answers", 3)
    if kind == Kind.NUMERIC:
        fields["value"] = forms.CharField(label=gettext_lazy("Number"), max_length=40)
        fields["tolerance"] = forms.CharField(
            label=gettext_lazy("Tolerance"), max_length=40, required=False
        )
    return fields | _in_three("explanation", 2)


def _row_fields(kind: str, number: int) -> Fields:
    prefix = f"row{number}"
    fields: Fields = {}
    if kind in CHOICES and kind != Kind.DILEMMA:
        fields[f"{prefix}_is_right"] = forms.BooleanField(
            label=gettext_lazy("Right answer"), required=False
        )
    if kind in WEIGHED:
        fields[f"{prefix}_share"] = forms.CharField(
            label=gettext_lazy("Share of the mark, such as 1, 1/2, 0 or -1/2"),
            required=kind == Kind.DILEMMA and number <= 2,
            max_length=20,
        )
    if kind in CHOICES:
        fields[f"{prefix}_pinned"] = forms.BooleanField(
            label=gettext_lazy("Keeps its place"), required=False
        )
    fields[f"{prefix}_place"] = forms.IntegerField(
        label=gettext_lazy("Place"), min_value=1, max_value=999, required=False
    )
    for part in ROWS[kind][2]:
        fields |= _in_three(f"{prefix}_{part}", 2)
    return fields


def values_of(kind: str, body: Body) -> dict[str, Any]:
    """Return what the fields of a stored question hold."""
    values = _texts_in(main_text(kind), body.get(main_text(kind)))
    values |= _texts_in("explanation", body.get("explanation"))
    if kind in ROWS:
        rows = body.get(ROWS[kind][0], [])
        weights = _weights([_is_right(row) for row in rows], kind)
        for number, row in enumerate(rows, start=1):
            values |= _row_values(kind, number, row, weights[number - 1])
    for number, gap in enumerate(body.get("gaps", []), start=1):
        values |= {
            f"gap{number}_{code}": "\n".join(
                (RIGHT if option["is_right"] else "") + option["text"].get(code, "")
                for option in gap["options"]
            )
            for code in languages()
        }
    if kind == Kind.SHORT:
        known = body.get("answers", {})
        values |= {f"answers_{c}": "\n".join(known.get(c, [])) for c in languages()}
    if kind == Kind.NUMERIC:
        values |= {
            "value": body.get("value", ""),
            "tolerance": body.get("tolerance", ""),
        }
    return values


def _texts_in(prefix: str, texts: Any) -> dict[str, str]:
    return {f"{prefix}_{code}": (texts or {}).get(code, "") for code in languages()}


def _is_right(row: dict[str, Any]) -> bool:
    return Fraction(row.get("fraction") or 0) > 0


def _row_values(
    kind: str, number: int, row: dict[str, Any], weight: str
) -> dict[str, Any]:
    prefix = f"row{number}"
    values: dict[str, Any] = {f"{prefix}_place": number}
    for part in ROWS[kind][2]:
        values |= _texts_in(f"{prefix}_{part}", row.get(part))
    if kind in CHOICES:
        values[f"{prefix}_is_right"] = _is_right(row)
        values[f"{prefix}_pinned"] = bool(row.get("pinned"))
    if kind == Kind.DILEMMA or (kind in WEIGHED and row["fraction"] != weight):
        values[f"{prefix}_share"] = str(row["fraction"])
    return values


def _weights(right: list[bool], kind: str) -> list[str]:
    """Return the shares that follow from the ticks alone."""
    several = kind == Kind.MULTIPLE
    number = sum(right) if several else 1
    wrong = len(right) - sum(right)
    return [
        str(Fraction(1, number) if is_right else Fraction(-several, wrong))
        for is_right in right
    ]


def body_from(kind: str, cleaned: dict[str, Any], stored: Body) -> Body:
    """Return the content that was typed; raise ValidationError where it has no shape."""
    body = {**stored, main_text(kind): _texts(main_text(kind), cleaned)}
    if kind in ROWS:
        name = ROWS[kind][0]
        body[name] = _rows_from(kind, cleaned, stored.get(name, []))
    elif kind == Kind.CLOZE:
        body["gaps"] = _gaps_from(cleaned, stored.get("gaps", []))
    elif kind == Kind.SHORT:
        body["answers"] = {c: _lines(cleaned[f"answers_{c}"]) for c in languages()}
    else:
        body |= {"value": cleaned["value"], "tolerance": cleaned["tolerance"] or "0"}
    explanation = _texts("explanation", cleaned)
    if "explanation" in stored or any(explanation.values()):
        body["explanation"] = explanation
    return body


def _texts(prefix: str, cleaned: dict[str, Any]) -> dict[str, str]:
    found = {code: cleaned.get(f"{prefix}_{code}") or "" for code in languages()}
    return {code: text.replace("\r\n", "\n").strip() for code, text in found.items()}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _new_key(letter: str, taken: set[str]) -> str:
    number = next(n for n in range(len(taken) + 1) if f"{letter}{n}" not in taken)
    taken.add(f"{letter}{number}")
    return f"{letter}{number}"


def _rows_from(
    kind: str, cleaned: dict[str, Any], stored: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    _name, letter, parts = ROWS[kind]
    taken = {row["key"] for row in stored}
    found: list[tuple[int, int, dict[str, Any]]] = []
    for number in range(1, MOST_ROWS + 1):
        prefix = f"row{number}"
        texts = {part: _texts(f"{prefix}_{part}", cleaned) for part in parts}
        if not any(any(three.values()) for three in texts.values()):
            continue
        old = stored[number - 1] if number <= len(stored) else {}
        row = {**old, "key": old.get("key") or _new_key(letter, taken)}
        row |= {
            part: three
            for part, three in texts.items()
            if part in old or part != "feedback" or any(three.values())
        }
        if kind in CHOICES:
            is_pinned = bool(cleaned.get(f"{prefix}_pinned"))
            if is_pinned or "pinned" in old:
                row["pinned"] = is_pinned
            row["is_right"] = bool(cleaned.get(f"{prefix}_is_right"))
            row["share"] = cleaned.get(f"{prefix}_share") or ""
        place = cleaned.get(f"{prefix}_place") or number
        found.append((place, number, row))
    rows = [row for _place, _number, row in sorted(found, key=lambda row: row[:2])]
    return _weighed(kind, rows) if kind in CHOICES else rows


def _weighed(kind: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Turn ticks into shares of the mark, but where an author wrote one himself."""
    right = [row.pop("is_right") for row in rows]
    for row, weight in zip(rows, _weights(right, kind), strict=True):
        typed = row.pop("share").strip()
        try:
            row["fraction"] = str(Fraction(typed)) if typed else weight
        except (ValueError, ZeroDivisionError) as error:
            raise ValidationError(
                _("“%(share)s” is no share, write 1, 1/2 or 0"),
                params={"share": typed},
            ) from error
    return rows


def _gaps_from(
    cleaned: dict[str, Any], stored: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    gaps = []
    for number in range(1, MOST_GAPS + 1):
        lines = {
            code: _lines(cleaned.get(f"gap{number}_{code}") or "")
            for code in languages()
        }
        if not any(lines.values()):
            continue
        marks = {
            tuple(line.startswith(RIGHT.strip()) for line in of_one)
            for of_one in lines.values()
        }
        if len(marks) != 1:
            raise ValidationError(
                _(
                    "Gap %(number)s: write the same options in each language, the right"
                    " one with a star before it"
                ),
                params={"number": number},
            )
        old = stored[number - 1] if number <= len(stored) else {}
        gaps.append(_gap(lines, marks.pop(), old, number))
    return gaps


def _gap(
    lines: dict[str, list[str]],
    right: tuple[bool, ...],
    old: dict[str, Any],
    number: int,
) -> dict[str, Any]:
    known = old.get("options", [])
    taken = {option["key"] for option in known}
    options = []
    for place, is_right in enumerate(right):
        before = known[place] if place < len(known) else {}
        texts = {
            code: of_one[place].removeprefix(RIGHT.strip()).strip()
            for code, of_one in lines.items()
        }
        key = before.get("key") or _new_key("o", taken)
        options.append({**before, "key": key, "text": texts, "is_right": is_right})
    return {**old, "key": old.get("key") or str(number), "options": options}


def fieldsets_for(kind: str, body: Body) -> list[tuple[Any, dict[str, Any]]]:
    """Return how the fields are laid out: one box for the question, one for each row."""

    def three(prefix: str) -> tuple[str, ...]:
        return tuple(f"{prefix}_{code}" for code in languages())

    boxes: list[tuple[Any, dict[str, Any]]] = [
        (_("Question"), {"fields": [three(main_text(kind))]})
    ]
    for number in range(1, rows_shown(kind, body) + 1):
        single = [name for name in _row_fields(kind, number) if name[-3] != "_"]
        rows = [tuple(single), *(three(f"row{number}_{p}") for p in ROWS[kind][2])]
        boxes.append((_("Option %(number)s") % {"number": number}, {"fields": rows}))
    hint = _("One option a line, the right one with a star before it: * right")
    for number in range(1, gaps_shown(kind, body) + 1):
        title = _("Gap {%(number)s}") % {"number": number}
        gap = {"fields": [three(f"gap{number}")], "description": hint}
        boxes.append((title, gap))
    if kind == Kind.SHORT:
        hint = _("Everything that counts as right, one answer a line")
        answers = {"fields": [three("answers")], "description": hint}
        boxes.append((_("Right answers"), answers))
    if kind == Kind.NUMERIC:
        boxes.append((_("Right answers"), {"fields": [("value", "tolerance")]}))
    boxes.append((_("Explanation"), {"fields": [three("explanation")]}))
    return boxes
