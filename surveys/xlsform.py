"""A questionnaire as XLSForm, for ODK, KoboToolbox and others, and back.

What the other side has no word for is never dropped in silence: writing and reading both
return a list of losses.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from surveys import joined
from surveys.definition import Definition, Question

LANGUAGES = {"kk": "Қазақша (kk)", "ru": "Русский (ru)", "en": "English (en)"}
# What a text in a language stands for where a list of choices is meant.
WITH_LIST = {
    "single": "select_one",
    "scale": "select_one",
    "multiple": "select_multiple",
    "ranking": "rank",
}
PLAIN = {"date": "date", "text": "text", "area": "text", "body": "text", "info": "note"}
SURVEY = ["type", "name"]
SURVEY += [f"label::{name}" for name in LANGUAGES.values()]
SURVEY += [f"hint::{name}" for name in LANGUAGES.values()]
SURVEY += ["required", "relevant", "calculation", "constraint"]
SURVEY += [f"constraint_message::{name}" for name in LANGUAGES.values()]
SURVEY += ["appearance", "parameters"]
CHOICES = ["list_name", "name", *(f"label::{name}" for name in LANGUAGES.values())]


@dataclass(frozen=True)
class Loss:
    """Something that did not get through, where it stood and what it was."""

    item: str
    text: str


@dataclass(frozen=True)
class Written:
    content: bytes
    losses: list[Loss]


def write(definition: Definition) -> Written:
    """Write a workbook that pyxform takes; say what it cannot hold."""
    kinds = {question.code: question.kind for question in definition.items}
    survey = [row for q in definition.items for row in _rows(q, kinds)]
    choices = [row for question in definition.items for row in _choices(question)]
    title = definition.title.get("en") or next(iter(definition.title.values()), "")
    settings = {
        "form_title": title,
        "form_id": re.sub(r"\W", "_", definition.code),
        "version": str(definition.number),
        "default_language": LANGUAGES["kk"],
    }
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        _sheet(book, "survey", SURVEY, survey)
        _sheet(book, "choices", CHOICES, choices)
        _sheet(book, "settings", list(settings), [settings])
    losses = [loss for question in definition.items for loss in _losses(question)]
    return Written(held.getvalue(), losses)


def _sheet(
    book: Any, name: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> None:
    sheet = book.add_worksheet(name)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column)
    for number, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            sheet.write_string(number, place, row.get(column, ""))


def _texts(column: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {
        f"{column}::{LANGUAGES[code]}": re.sub(r"\{([A-Za-z]\w*)\}", r"${\1}", text)
        for code, text in texts.items()
        if code in LANGUAGES and text
    }


def _rows(question: Question, kinds: Mapping[str, str]) -> Iterator[dict[str, str]]:
    head = {
        "name": question.code,
        **_texts("label", question.text),
        **_texts("hint", question.hint),
    }
    if question.base is not None:
        head["relevant"] = xpath(question.base, kinds)
    if question.is_derived:
        any_of = xpath(joined.any_of(question), kinds)
        told = {"type": "calculate", "calculation": f"if({any_of}, 1, 0)"}
        relevant = {"relevant": head["relevant"]} if "relevant" in head else {}
        yield {"name": question.code, **told, **relevant}
        return
    if question.kind == "matrix":
        yield {**head, "type": "begin_group", "appearance": "field-list"}
        for row in question.rows:
            yield {
                "type": f"select_one {question.code}",
                "name": f"{question.code}_{row.code}",
                **_texts("label", row.label),
                "required": "yes" if question.required else "",
                "appearance": "likert",
            }
        yield {"type": "end_group", "name": question.code}
        return
    head["required"] = "yes" if question.required else ""
    head |= _constraint(question, kinds)
    if question.kind in WITH_LIST:
        head["type"] = f"{WITH_LIST[question.kind]} {question.code}"
        head["parameters"] = "randomize=true" if question.random else ""
        head["appearance"] = "likert" if question.kind == "scale" else ""
    elif question.kind == "number":
        decimals = int(question.limits.get("decimals", 0))
        head["type"] = "decimal" if decimals else "integer"
    else:
        head["type"] = PLAIN[question.kind]
    yield head


def _constraint(question: Question, kinds: Mapping[str, str]) -> dict[str, str]:
    parts = []
    if question.kind in {"number", "date"}:
        quote = "'" if question.kind == "date" else ""
        for key, sign in (("min", ">="), ("max", "<=")):
            if key in question.limits:
                value = f"{quote}{question.limits[key]}{quote}"
                parts.append(
                    f". {sign} date({value})" if quote else f". {sign} {value}"
                )
    if question.kind == "multiple":
        if question.limits.get("most"):
            parts.append(f"count-selected(.) <= {question.limits['most']}")
        parts += [
            f"not(selected(., '{option.code}') and count-selected(.) > 1)"
            for option in question.choices
            if option.exclusive or option.missing
        ]
    found = {}
    for rule in question.checks:
        parts.append(f"({xpath(rule['if'], kinds)})")
        found = _texts("constraint_message", rule.get("text", {}))
    return {"constraint": " and ".join(parts), **found} if parts else {}


def _choices(question: Question) -> Iterator[dict[str, str]]:
    if question.kind not in {*WITH_LIST, "matrix"}:
        return
    for option in question.choices:
        if question.kind == "ranking" and option.missing:
            continue
        yield {
            "list_name": question.code,
            "name": str(option.code),
            **_texts("label", option.label),
        }


def _losses(question: Question) -> Iterator[Loss]:
    is_listed = question.kind in WITH_LIST or question.kind == "matrix"
    options = question.choices + question.rows
    has_missing = any(option.missing for option in question.choices)
    has_pinned = any(option.pinned for option in question.choices)
    lost = {
        _("that it is sensitive"): question.sensitive,
        _("short labels"): question.short or any(o.short for o in options),
        _("which answers are no substantive ones"): has_missing and is_listed,
        _("“don’t know” and other answers beside the value"): (
            has_missing and not is_listed
        ),
        _("values of the scale"): any(o.value is not None for o in question.choices),
        _("which answers keep their place"): question.random and has_pinned,
        _("the random order of rows"): question.random and question.kind == "matrix",
        _("the list of areas or bodies: it becomes a text"): (
            question.kind in {"area", "body"}
        ),
        _("the greatest length"): question.kind == "text"
        and question.limits.get("most"),
        _("all messages of cross-checks but the last"): len(question.checks) > 1,
        _("the words of a figure made of other answers"): question.is_derived,
    }
    return (Loss(question.code, text) for text, is_lost in lost.items() if is_lost)


def xpath(expression: Any, kinds: Mapping[str, str]) -> str:
    """Write a condition in XPath; as here, what is unanswered fulfils no comparison."""
    operator, *operands = expression
    if operator in ("and", "or"):
        return "(" + f" {operator} ".join(xpath(o, kinds) for o in operands) + ")"
    if operator == "not":
        return f"not({xpath(operands[0], kinds)})"
    name = "${" + str(operands[0]).replace(".", "_") + "}"
    if operator == "answered":
        return f"{name} != ''"
    if operator == "has":
        return f"selected({name}, '{operands[1]}')"
    kind = kinds.get(str(operands[0]).partition(".")[0], "single")
    if operator == "in":
        each = (f"{name} = {_literal(value, kind)}" for value in operands[1])
        return "(" + " or ".join(each) + ")" if operands[1] else "false()"
    other = operands[1]
    right = (
        "${" + str(other[1]).replace(".", "_") + "}"
        if isinstance(other, list)
        else _literal(other, kind)
    )
    text = f"{name} {operator} {right}"
    return text if operator == "=" else f"({name} != '' and {text})"


def _literal(value: Any, kind: str) -> str:
    if kind == "number" or isinstance(value, float):
        return str(value)
    return f"'{value}'"
