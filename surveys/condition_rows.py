"""The row of a form in which staff write one comparison, and what can be wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from foundation.territory.models import Area, PublicBody
from surveys.conditions import OF, OPERATORS, Row, answer_key, expression_of
from surveys.definition import WITH_CHOICES, Question

Group = tuple[str, list[tuple[str, str]]]
COMPARED = {"number", "date", "scale"}
PLACES = {"area", "body"}
SEVERAL = {"multiple", "ranking"}


def heading(question: Question) -> str:
    """Name a question in a list: its variable, then its words."""
    text = question.words.plain
    return f"{question.code} — {text[:70]}{'…' if len(text) > 70 else ''}"


def answers_to(question: Question) -> list[tuple[str, str]]:
    """List the answers to a question, each named with the question."""
    codes: list[tuple[Any, str]] = []
    if question.kind in WITH_CHOICES:
        codes = [(o.code, f"{o.code} · {o.text.plain}") for o in question.choices]
    elif question.kind == "area":
        areas = Area.objects.filter(valid_to__isnull=True).exclude(kind="country")
        codes = [(area.iso, area.name.plain) for area in areas]
    elif question.kind == "body":
        codes = [(body.code, body.name.plain) for body in PublicBody.objects.all()]
    return [(answer_key(question.code, code), label) for code, label in codes]


def question_list(known: Sequence[Question]) -> Iterator[tuple[str, str]]:
    """List what a condition can look at: of a matrix each row by itself."""
    yield "", "—"
    for question in known:
        if question.kind == "matrix":
            for row in question.rows:
                yield (
                    f"{question.code}.{row.code}",
                    f"{question.code}: {row.text.plain}",
                )
        else:
            yield question.code, heading(question)


def answer_list(known: Sequence[Question]) -> Iterator[Any]:
    yield "", "—"
    for question in known:
        answers = answers_to(question)
        if answers:
            yield heading(question), answers
    compared = [(f"{OF}{q.code}", heading(q)) for q in known if q.kind in COMPARED]
    if compared:
        yield _("The answer to another question"), compared


class ConditionRow(forms.Form):
    """One comparison. An answer chosen without its question names that too."""

    question = forms.ChoiceField(label=gettext_lazy("Question"), required=False)
    operator = forms.ChoiceField(
        label=gettext_lazy("Comparison"), choices=list(OPERATORS.items()), initial="="
    )
    answer = forms.ChoiceField(label=pgettext_lazy("noun", "Answer"), required=False)
    value = forms.CharField(
        label=gettext_lazy("or a number, a date, several codes"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "18 · 2025-04-30 · 1, 2"}),
    )
    group = forms.IntegerField(
        label=gettext_lazy("Group"), required=False, min_value=1, max_value=99
    )
    operators: Sequence[str] = tuple(OPERATORS)

    def __init__(
        self, *args: Any, known: Sequence[Question] = (), lists: Any = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.known = {question.code: question for question in known}
        questions, answers = lists or ((), ())
        self.fields["question"].choices = questions  # type: ignore[attr-defined]
        self.fields["answer"].choices = answers  # type: ignore[attr-defined]
        self.fields["operator"].choices = [(o, OPERATORS[o]) for o in self.operators]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        row = super().clean() or {}
        answer = row.get("answer") or ""
        if not row.get("question") and answer and not answer.startswith(OF):
            code = answer.partition("=")[0]
            question = self.known[code]
            if question.kind != "matrix":
                row["question"] = code
        if self.errors:
            return row
        if not row.get("question"):
            self.add_error("question", _("Choose the question that is compared"))
            return row
        fault = fault_of(row, self.known)
        if fault:
            self.add_error("value" if row.get("value") else "answer", fault)
        return row


class AnyRow(ConditionRow):
    """One of the answers that make a figure of several questions."""

    operators = ("=", "in", "has")
    field_order = ["question", "operator", "answer", "value"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["group"]


class CheckRow(ConditionRow):
    """A rule about an answer with the words for who breaks it."""

    text_kk = forms.CharField(
        label=gettext_lazy("Words if it is broken (Kazakh)"), required=False
    )
    text_ru = forms.CharField(
        label=gettext_lazy("Words if it is broken (Russian)"), required=False
    )
    text_en = forms.CharField(
        label=gettext_lazy("Words if it is broken (English)"), required=False
    )


class QuotaRow(ConditionRow):
    """A quota, or one more comparison of the quota with the same name."""

    name = forms.CharField(label=gettext_lazy("Name of the quota"), max_length=60)
    most = forms.IntegerField(
        label=gettext_lazy("Answers at most"), min_value=1, required=False
    )
    field_order = ["name", "most", "question", "operator", "answer", "value"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["group"]


def lists_of(known: Sequence[Question]) -> dict[str, Any]:
    """Make the lists of a set of rows once, not once a row."""
    lists = list(question_list(known)), list(answer_list(known))
    return {"known": known, "lists": lists}


def fault_of(row: Row, known: Mapping[str, Question]) -> str:
    """Say why a comparison could never hold; nothing where it could."""
    name, operator = row["question"].partition(".")[0], row["operator"]
    question, bare = known[name], operator.removeprefix("not ")
    if bare == "answered":
        return ""
    answer = row.get("answer") or ""
    if not answer and not (row.get("value") or "").strip():
        return _("Choose an answer or write a number")
    if answer and row.get("value") and bare != "in":
        return _("Choose an answer or write a value, not both")
    if answer and not answer.startswith((f"{name}=", OF)):
        return _("This is an answer to another question")
    if question.kind in SEVERAL and bare != "has":
        return _("Several answers can be given to it: use “includes”")
    if question.kind not in SEVERAL and bare == "has":
        return _("One answer alone is given to it: use “is”")
    leaf = expression_of("and", [{**row, "group": None}])
    assert leaf is not None
    operand = (leaf[1] if leaf[0] == "not" else leaf)[2]
    if answer.startswith(OF):
        return ""
    constants = operand if isinstance(operand, list) else [operand]
    return next((f for c in constants if (f := _constant_fault(question, c))), "")


def _constant_fault(question: Question, constant: Any) -> str:
    if question.kind in WITH_CHOICES and constant not in question.codes:
        return _("“%(value)s” is no code of an answer to “%(name)s”") % {
            "value": constant,
            "name": question.code,
        }
    if question.kind == "number" and isinstance(constant, str):
        return _("Write a number")
    if question.kind == "date":
        return _day_fault(constant)
    if question.kind in PLACES:
        there = {key for key, _label in answers_to(question)}
        if answer_key(question.code, constant) not in there:
            return _("Choose one of the answers offered")
    return ""


def _day_fault(constant: Any) -> str:
    try:
        day = parse_date(str(constant))
    except ValueError:
        day = None
    return "" if day else _("Write the date as 2025-04-30")
