"""What is wrong with a questionnaire, before anybody is asked.

Errors keep it from being fielded: a condition that is broken, refers to itself or
forward, a text that is missing in a language. Remarks are bad practice that an editor
may have reasons for; they are shown, and kept in the methodology.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from foundation.languages import languages
from surveys import joined
from surveys.answering import piped
from surveys.definition import NAME, WITH_CHOICES, Definition, Question
from surveys.expressions import ExpressionError, check, names
from surveys.variables import LONGEST, WEIGHT, columns


@dataclass(frozen=True)
class Problem:
    item: str
    text: str
    is_error: bool


def problems(definition: Definition) -> list[Problem]:
    found: list[Problem] = []
    earlier: set[str] = set()
    derived_of: set[str] = set()
    if not any(definition.questions):
        found.append(Problem("", _("The questionnaire asks nothing"), True))
    for question in definition.items:
        found += [Problem(question.code, text, True) for text in _errors(question)]
        found += [
            Problem(question.code, text, True) for text in _broken(question, earlier)
        ]
        found += [Problem(question.code, text, False) for text in remarks(question)]
        if question.is_derived:
            texts = _underivable(question, earlier, derived_of)
            found += [Problem(question.code, text, True) for text in texts]
            derived_of |= set(names(joined.any_of(question)))
        elif question.kind != "text":
            earlier.add(question.code)
    taken = {WEIGHT}
    for column in columns(definition):
        # Programs do not tell small from capital letters.
        if column.name.lower() in taken:
            words = _("Another variable has this name in files of responses")
            found.append(Problem(column.name, words, True))
        taken.add(column.name.lower())
        if any(len(column.label(code)) > LONGEST for code in languages()):
            words = _("Its label needs a short form: %(longest)s characters at most")
            text = words % {"longest": LONGEST}
            found.append(Problem(column.name, text, True))
    return found


def _errors(question: Question) -> Iterator[str]:
    if not NAME.match(question.code):
        yield _("The name of the variable does not fit statistical programs")
    for code in languages():
        labels = [question.text, *(o.label for o in question.choices + question.rows)]
        if not all(label.get(code) for label in labels):
            yield _("A text is missing in one language: %(code)s") % {"code": code}
    if question.kind in WITH_CHOICES and not question.valid_codes:
        yield _("The question has no answers to choose from")
    if question.kind == "matrix" and not question.rows:
        yield _("The matrix has no rows")
    codes = [option.code for option in question.choices]
    if len(codes) != len(set(codes)):
        yield _("Two answers have the same code")
    for option in question.choices:
        for code, label in {**option.label, **option.short}.items():
            is_short = code in option.short
            if len(label.encode()) > 120 and (is_short or not option.short.get(code)):
                yield _("The answer %(code)s needs a short label of 120 bytes") % {
                    "code": option.code
                }
                break


def _broken(question: Question, earlier: set[str]) -> Iterator[str]:
    """Give what is wrong with the conditions: names unknown, itself, or asked later."""
    try:
        if question.base is not None:
            check(question.base, earlier)
        for rule in question.checks:
            check(rule.get("if"), earlier | {question.code})
            if not all(rule.get("text", {}).get(code) for code in languages()):
                yield _("A cross-check lacks its words")
    except ExpressionError as error:
        yield _("Its condition is broken: %(error)s") % {"error": error}
    for name in piped(question):
        if name not in earlier:
            yield _("Its words repeat “%(name)s”, which is not asked before") % {
                "name": name
            }


def _underivable(
    question: Question, earlier: set[str], used: set[str]
) -> Iterator[str]:
    """Give why a figure cannot be made of other answers."""
    conditions = joined.conditions(question)
    if len(conditions) < 2 or [o.code for o in question.choices] != [1]:
        yield _("It needs two conditions or more under “any”, and one answer, 1")
    try:
        for condition in conditions:
            check(condition, earlier)
            if condition[0] not in joined.OPERATORS:
                yield _("Its conditions may only be “=”, “in” and “has”")
    except ExpressionError as error:
        yield _("Its condition is broken: %(error)s") % {"error": error}
    else:
        looked = [set(names(condition)) for condition in conditions]
        if len(set.union(set(), *looked)) < len(conditions):
            yield _("Each of its conditions needs a question of its own")
        if used & set.union(set(), *looked):
            yield _("Another figure is made of the same answers")


JOINS = {
    "kk": re.compile(r"\b(және|әрі|сондай-ақ)\b", re.IGNORECASE),
    "ru": re.compile(r"\b(и|а также)\b", re.IGNORECASE),
    "en": re.compile(r"\b(and|as well as)\b", re.IGNORECASE),
}
LEADS = {
    "kk": re.compile(
        r"(келісесіз бе|рас қой|әрине|емес пе|дұрыс емес пе)", re.IGNORECASE
    ),
    "ru": re.compile(
        r"(согласны ли вы|не правда ли|разве|конечно|не считаете ли)", re.IGNORECASE
    ),
    "en": re.compile(
        r"(do you agree|don[’']t you|isn[’']t it|surely|obviously)", re.IGNORECASE
    ),
}
HAPPENED = {
    "kk": re.compile(r"(болды ма|бердіңіз бе|сұрады ма|жүгіндіңіз бе)", re.IGNORECASE),
    "ru": re.compile(
        r"(приходилось|давали ли|просил|обращались|сталкивал)", re.IGNORECASE
    ),
    "en": re.compile(
        r"(did you|have you|did anyone|has anyone|were you)", re.IGNORECASE
    ),
}
PERIODS = {
    "kk": re.compile(r"(соңғы|\d+ ай|жыл|апта|күн|бүгін)", re.IGNORECASE),
    "ru": re.compile(
        r"(последни|за \d+|месяц|год|недел|дн[яей]|сегодня)", re.IGNORECASE
    ),
    "en": re.compile(
        r"(last|past|during|month|year|week|day|today|this time)", re.IGNORECASE
    ),
}


def remarks(question: Question) -> Iterator[str]:
    """Give what a methodologist would object to."""
    if not question.is_asked:
        return
    if _says(JOINS, question) and question.kind in {"single", "scale"}:
        yield _("May ask two things at once")
    if _says(LEADS, question):
        yield _("May lead to an answer")
    if question.sensitive and not any(
        option.missing == "refused" for option in question.choices
    ):
        yield _("Sensitive, but nobody can refuse")
    if _says(HAPPENED, question) and not _says(PERIODS, question):
        yield _("Asks what happened without saying since when")
    if question.kind == "scale" and not _is_balanced(question):
        yield _("The scale has more answers on one side than on the other")


def _says(words: dict[str, re.Pattern[str]], question: Question) -> bool:
    return any(
        pattern.search(question.text.get(code, "")) for code, pattern in words.items()
    )


def _is_balanced(question: Question) -> bool:
    values = [o.value for o in question.choices if o.value is not None]
    if not values:
        return True
    if min(values) < 0:
        return sum(v < 0 for v in values) == sum(v > 0 for v in values)
    middle = (min(values) + max(values)) / 2
    return sum(v < middle for v in values) == sum(v > middle for v in values)
