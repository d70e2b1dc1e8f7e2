"""Conditions as rows that staff fill in, and back into the data that is kept.

Rows are joined in two steps: those with the same group number one way, the groups and the
rows without a number the other. A condition of another shape, as a file may bring one, has
no rows: it is told in words and kept as it is.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.definition import Question
from surveys.expressions import Expression

Row = dict[str, Any]
OTHER = {"and": "or", "or": "and"}
OPERATORS = {
    "=": gettext_lazy("is"),
    "!=": gettext_lazy("is not"),
    "in": gettext_lazy("is one of"),
    "not in": gettext_lazy("is none of"),
    "<": gettext_lazy("is less than"),
    "<=": gettext_lazy("is at most"),
    ">": gettext_lazy("is more than"),
    ">=": gettext_lazy("is at least"),
    "has": gettext_lazy("includes"),
    "not has": gettext_lazy("does not include"),
    "answered": gettext_lazy("was answered"),
    "not answered": gettext_lazy("was not answered"),
}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
# Before the name of a question whose answer is compared with.
OF = "@"


def expression_of(join: str, rows: Iterable[Row]) -> Expression | None:
    """Join rows into a condition; one alone is not joined."""
    parts: list[Any] = []
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        leaf, group = _leaf(row), row.get("group")
        if not group:
            parts.append(leaf)
        elif group in grouped:
            grouped[group].append(leaf)
        else:
            grouped[group] = [OTHER[join], leaf]
            parts.append(grouped[group])
    parts = [p[1] if p[0] in OTHER and len(p) == 2 else p for p in parts]
    if len(parts) == 1:
        return list(parts[0])
    return [join, *parts] if parts else None


def rows_of(expression: Any) -> tuple[str, list[Row]] | None:
    """Return how the rows of a condition are joined and the rows, if it has any."""
    if not expression:
        return "and", []
    join = expression[0] if expression[0] in OTHER else "and"
    parts = expression[1:] if expression[0] in OTHER else [expression]
    rows: list[Row] = []
    group = 0
    for part in parts:
        leaves = [part]
        if part and part[0] in OTHER:
            group, leaves = group + 1, part[1:]
        of_group = group if leaves != [part] else None
        for leaf in leaves:
            row = _row(leaf)
            if row is None:
                return None
            rows.append({**row, "group": of_group})
    return (join, rows) if expression_of(join, rows) == expression else None


def _leaf(row: Row) -> Expression:
    negation, _space, operator = row["operator"].rpartition(" ")
    leaf = [operator, row["question"]]
    if operator != "answered":
        leaf.append(_operand(row))
    return ["not", leaf] if negation else leaf


def _operand(row: Row) -> Any:
    answer, typed = row.get("answer") or "", (row.get("value") or "").strip()
    found: Any
    if answer.startswith(OF):
        return ["of", answer.removeprefix(OF)]
    if answer:
        found = json.loads(answer.partition("=")[2])
    elif row["operator"].endswith("in"):
        return [constant(part) for part in re.split(r"[,;]", typed) if part.strip()]
    else:
        return constant(typed)
    if not row["operator"].endswith("in"):
        return found
    more = [constant(part) for part in re.split(r"[,;]", typed) if part.strip()]
    return list(dict.fromkeys([found, *more]))


def constant(text: str) -> int | float | str:
    """Read a number as a number; everything else is a code or a day."""
    text = text.strip()
    if not NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def answer_key(question: str, code: Any) -> str:
    """Name an answer the way the list of answers offers it."""
    name = question.partition(".")[0]
    return f"{name}={json.dumps(code, ensure_ascii=False)}"


def _row(leaf: Any) -> Row | None:
    """Return the row of one comparison; None where the fields cannot say it."""
    negation = ""
    if leaf and leaf[0] == "not" and len(leaf) == 2:
        negation, leaf = "not ", leaf[1]
    operator = f"{negation}{leaf[0]}" if leaf else ""
    if operator not in OPERATORS:
        return None
    row: Row = {"question": leaf[1], "operator": operator}
    if len(leaf) < 3:
        return row
    operand = leaf[2]
    if isinstance(operand, list) and not operator.endswith("in"):
        row["answer"] = f"{OF}{operand[1]}"
    elif isinstance(operand, list):
        row["value"] = ", ".join(str(part) for part in operand)
    else:
        row["value"] = str(operand)
    same = _leaf(row) == (["not", leaf] if negation else leaf)
    return row if same else None


def with_answers(row: Row, known: Mapping[str, Question]) -> Row:
    """Choose from the list of answers what is in it, so that its words are seen."""
    question = known.get(str(row.get("question", "")).partition(".")[0])
    if question is None or "value" not in row or row["operator"].endswith("in"):
        return row
    code = constant(row["value"])
    is_listed = (
        question.choices and question.kind != "number" and code in question.codes
    )
    if question.kind not in {"area", "body"} and not is_listed:
        return row
    return {**row, "answer": answer_key(row["question"], code), "value": ""}


def words(expression: Any, known: Mapping[str, Question]) -> str:
    """Tell a condition in words, whatever its shape."""
    if not expression:
        return ""
    operator, *operands = expression
    if operator in OTHER:
        between = f" {_('and') if operator == 'and' else _('or')} "
        parts = [words(operand, known) for operand in operands]
        return between.join(
            f"({text})" if operand[0] in OTHER else text
            for operand, text in zip(operands, parts, strict=True)
        )
    if operator == "not" and f"not {operands[0][0]}" in OPERATORS:
        operator, operands = f"not {operands[0][0]}", operands[0][1:]
    if operator not in OPERATORS:
        inner = words(operands[0], known)
        return _("not (%(condition)s)") % {"condition": inner}
    name, *rest = operands
    told = "".join(f" {_told(operand, name, known)}" for operand in rest)
    return f"{name} {OPERATORS[operator]}{told}"


def _told(operand: Any, name: str, known: Mapping[str, Question]) -> str:
    if isinstance(operand, list) and operand[:1] == ["of"]:
        return str(operand[1])
    if isinstance(operand, list):
        return ", ".join(_told(part, name, known) for part in operand)
    question = known.get(str(name).partition(".")[0])
    option = question.option(operand) if question else None
    return f"{operand} ({option.text.plain})" if option else str(operand)
