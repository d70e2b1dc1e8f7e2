"""Conditions kept as data: `["and", ["=", "contact", 1], [">", "age", 17]]`.

A condition is JSON, never code. `check` finds what cannot work before a questionnaire
is fielded; `holds` works on what was answered and never fails on what is missing: a
comparison with an unanswered question is false.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Expression = list[Any]
Answers = Mapping[str, Any]

COMPARISONS = {"=", "!=", "<", "<=", ">", ">="}
DEEPEST = 20


class ExpressionError(Exception):
    """A condition that is not well formed; the message says where."""


def check(expression: Any, known: Collection[str], depth: int = 0) -> None:
    """Refuse a condition that is malformed or names a question not asked before."""
    if depth > DEEPEST:
        raise ExpressionError("The condition is nested too deeply")
    if not isinstance(expression, list) or not expression:
        raise ExpressionError(f"Unexpected condition {expression!r}, use a list")
    operator, *operands = expression
    if operator in ("and", "or"):
        if not operands:
            raise ExpressionError(f"“{operator}” joins nothing")
        for operand in operands:
            check(operand, known, depth + 1)
    elif operator == "not":
        _count(operator, operands, 1)
        check(operands[0], known, depth + 1)
    elif operator == "answered":
        _count(operator, operands, 1)
        _name(operands[0], known)
    elif operator in ("in", "has"):
        _count(operator, operands, 2)
        _name(operands[0], known)
        _constants(operator, operands[1])
    elif operator in COMPARISONS:
        _count(operator, operands, 2)
        _name(operands[0], known)
        _operand(operands[1], known)
    else:
        raise ExpressionError(f"Unknown operator {operator!r}")


def _constants(operator: str, value: Any) -> None:
    values = value if isinstance(value, list) else [value]
    if operator == "in" and not isinstance(value, list):
        raise ExpressionError("“in” needs a list")
    for constant in values:
        if isinstance(constant, bool) or not isinstance(constant, int | str):
            raise ExpressionError(f"Unexpected constant {constant!r}")


def _count(operator: str, operands: list[Any], wanted: int) -> None:
    if len(operands) != wanted:
        raise ExpressionError(f"“{operator}” takes {wanted}, not {len(operands)}")


def _name(name: Any, known: Collection[str]) -> None:
    if not isinstance(name, str) or name.partition(".")[0] not in known:
        raise ExpressionError(f"No earlier question is named {name!r}")


def _operand(value: Any, known: Collection[str]) -> None:
    if isinstance(value, list):
        if len(value) != 2 or value[0] != "of":
            raise ExpressionError(f"Unexpected operand {value!r}")
        _name(value[1], known)
    elif isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ExpressionError(f"Unexpected constant {value!r}")


def names(expression: Any) -> Iterator[str]:
    """Give the questions a condition looks at."""
    if not isinstance(expression, list) or not expression:
        return
    operator, *operands = expression
    if operator in ("and", "or", "not"):
        for operand in operands:
            yield from names(operand)
    elif operands:
        yield str(operands[0]).partition(".")[0]
        if len(operands) > 1 and isinstance(operands[1], list) and operator != "in":
            yield from (
                (
                    str(name).partition(".")[0]
                    for mark, name in [operands[1][:2]]
                    if mark == "of"
                )
                if len(operands[1]) == 2
                else ()
            )


def holds(expression: Any, answers: Answers) -> bool:
    """Tell whether a checked condition is true of the answers."""
    if expression is None:
        return True
    operator, *operands = expression
    if operator == "and":
        return all(holds(operand, answers) for operand in operands)
    if operator == "or":
        return any(holds(operand, answers) for operand in operands)
    if operator == "not":
        return not holds(operands[0], answers)
    value = value_of(operands[0], answers)
    if operator == "answered":
        return value is not None
    if value is None:
        return False
    if operator == "in":
        return value in operands[1]
    if operator == "has":
        return isinstance(value, list) and operands[1] in value
    other = operands[1]
    if isinstance(other, list):
        other = value_of(other[1], answers)
    return _compare(operator, value, other)


def value_of(name: str, answers: Answers) -> Any:
    """Return an answer, or that to one row of a matrix: `trust.3`."""
    code, _dot, row = name.partition(".")
    value = answers.get(code)
    if isinstance(value, dict):
        if "missing" in value:
            return None
        return value.get(row) if row else None
    return value


def _compare(operator: str, value: Any, other: Any) -> bool:
    if operator == "=":
        return bool(value == other)
    if operator == "!=":
        return bool(value != other)
    if isinstance(value, str) is not isinstance(other, str):
        return False
    if not isinstance(value, int | float | str) or other is None:
        return False
    return bool(
        {
            "<": value < other,
            "<=": value <= other,
            ">": value > other,
            ">=": value >= other,
        }[operator]
    )
