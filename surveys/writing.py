"""Forms in which staff write questions, waves and weightings: fields, never JSON."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.languages import columns, languages
from foundation.rows import RowsField
from surveys.condition_rows import (
    AnyRow,
    CheckRow,
    ConditionRow,
    lists_of,
)
from surveys.conditions import (
    OTHER,
    Row,
    expression_of,
    rows_of,
    with_answers,
    words,
)
from surveys.definition import Question
from surveys.models import Item, Questionnaire

JOINS = [
    ("and", gettext_lazy("All of the conditions hold")),
    ("or", gettext_lazy("At least one of the conditions holds")),
]
# Of each kind its limits: the name of the field and the key it is kept under.
LIMITS: dict[str, dict[str, str]] = {
    "multiple": {"limit_most": "most"},
    "text": {"limit_most": "most"},
    "number": {"limit_min": "min", "limit_max": "max", "limit_decimals": "decimals"},
    "date": {"limit_from": "min", "limit_to": "max"},
}
EVERY_LIMIT = {name for fields in LIMITS.values() for name in fields}
UNASKED = {"info", "derived"}


def earlier_of(item: Item) -> list[Question]:
    """Return the questions a condition of an item may look at."""
    found: list[Question] = []
    for question in item.questionnaire.definition.items:
        if question.code == item.code:
            break
        if question.is_asked and question.kind != "text":
            found.append(question)
    return found


def texts_missing(row: Row) -> bool:
    return not all(row.get(name) for name in columns("text"))


class ItemForm(forms.ModelForm[Item]):
    """A question: on its first page its kind and words, then what its kind has."""

    base_join = forms.ChoiceField(
        label=gettext_lazy("Asked if"), choices=JOINS, required=False
    )
    base = RowsField(
        ConditionRow,
        label=gettext_lazy("Conditions"),
        help_text=gettext_lazy(
            "Without a condition everybody is asked. Only questions that stand before"
            " this one are listed. Conditions with the same group number are joined"
            " first, the other way: where all must hold, one of a group is enough."
        ),
    )
    forget_base = forms.BooleanField(
        label=gettext_lazy("Ask everybody: take this condition away"), required=False
    )
    limit_most = forms.IntegerField(
        label=gettext_lazy("At most"), required=False, min_value=1, max_value=4000
    )
    limit_min = forms.FloatField(label=gettext_lazy("Least number"), required=False)
    limit_max = forms.FloatField(label=gettext_lazy("Greatest number"), required=False)
    limit_decimals = forms.IntegerField(
        label=gettext_lazy("Decimals"), required=False, min_value=0, max_value=4
    )
    limit_from = forms.DateField(label=gettext_lazy("First day"), required=False)
    limit_to = forms.DateField(label=gettext_lazy("Last day"), required=False)
    any = RowsField(
        AnyRow,
        label=gettext_lazy("Answers that count"),
        help_text=gettext_lazy(
            "Whoever gave at least one of these answers is in the figure, such as “gave"
            " or was asked”. Each row needs a question of its own."
        ),
    )
    checks = RowsField(
        CheckRow,
        extra=1,
        label=gettext_lazy("Cross-checks"),
        help_text=gettext_lazy(
            "What must be true of the answer beside earlier ones. Of rows with the same"
            " group number one is enough; their words stand in the first of them."
        ),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("code", "position"):
            if name in self.fields:
                self.fields[name].required = name == "code"
        if self.instance.pk is None:
            self._drop({"base_join", "base", "forget_base", "any", "checks"})
            self._drop(EVERY_LIMIT)
            return
        self._fill()

    def _drop(self, names: set[str]) -> None:
        for name in names & set(self.fields):
            del self.fields[name]

    def _fill(self) -> None:
        item = self.instance
        own = item.questionnaire.definition.question(item.code)
        earlier = earlier_of(item)
        known = {q.code: q for q in earlier}
        lists = lists_of(earlier)
        self._fill_base(lists, known)
        self._drop(EVERY_LIMIT - set(LIMITS.get(item.kind, {})))
        for name, key in LIMITS.get(item.kind, {}).items():
            self.initial[name] = item.limits.get(key)
        self._drop({"any"} if item.kind != "derived" else {"checks"})
        if item.kind == "derived":
            self.fields["any"].kwargs = lists  # type: ignore[attr-defined]
            joined = rows_of(["or", *item.limits.get("any", ())])
            rows = joined[1] if joined else []
            self.initial["any"] = [
                with_answers({k: v for k, v in row.items() if k != "group"}, known)
                for row in rows
            ]
        if item.kind in UNASKED | {"text"}:
            self._drop({"checks"})
        elif own is not None:
            self.fields["checks"].kwargs = lists_of([*earlier, own])  # type: ignore[attr-defined]
            rows, self.kept_checks = _check_rows(item.checks, {**known, own.code: own})
            self.initial["checks"] = rows

    def _fill_base(self, lists: Any, known: dict[str, Question]) -> None:
        item = self.instance
        found = rows_of(item.base)
        if found is None:
            told = words(item.base, known)
            self.fields["base"].help_text = _(
                "Asked if: %(condition)s. It came from a file and is kept as long as no"
                " row is filled here."
            ) % {"condition": told}
        else:
            self._drop({"forget_base"})
        self.fields["base"].kwargs = lists  # type: ignore[attr-defined]
        join, rows = found or ("and", [])
        self.initial["base_join"] = join
        self.initial["base"] = [with_answers(row, known) for row in rows]

    def clean_position(self) -> int:
        position = self.cleaned_data.get("position")
        if position is not None:
            return int(position)
        questionnaire = self.cleaned_data.get("questionnaire")
        if questionnaire is None and self.instance.questionnaire_id:
            questionnaire = self.instance.questionnaire
        rows = Item.objects.filter(questionnaire=questionnaire)
        return int(rows.aggregate(n=Max("position"))["n"] or 0) + 1

    def clean_base(self) -> Any:
        rows = self.cleaned_data["base"]
        is_kept = rows_of(self.instance.base) is None
        if not rows and is_kept and not self.data.get(self.add_prefix("forget_base")):
            return self.instance.base
        return expression_of(self.cleaned_data.get("base_join") or "and", rows)

    def clean_checks(self) -> list[Any]:
        rules: list[dict[str, Any]] = []
        groups: dict[Any, list[Row]] = {}
        for number, row in enumerate(self.cleaned_data["checks"]):
            groups.setdefault(row.get("group") or f"row {number}", []).append(row)
        for rows in groups.values():
            if texts_missing(rows[0]):
                raise ValidationError(
                    _("Write the words of a cross-check in each language")
                )
            text = {code: rows[0][f"text_{code}"] for code in languages()}
            bare = [{**row, "group": None} for row in rows]
            rules.append({"if": expression_of("or", bare), "text": text})
        return [*rules, *self.kept_checks]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for low, high in (("limit_min", "limit_max"), ("limit_from", "limit_to")):
            least, most = cleaned.get(low), cleaned.get(high)
            if least is not None and most is not None and least > most:
                self.add_error(high, _("The upper limit lies below the lower one"))
        if self.instance.pk and not self.errors:
            self.instance.limits = self._limits(cleaned)
        return cleaned

    def _limits(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        limits = dict(self.instance.limits)
        for name, key in LIMITS.get(self.instance.kind, {}).items():
            if name not in self.fields:
                continue
            value = cleaned.get(name)
            limits.pop(key, None)
            if value is not None:
                limits[key] = _plain(value)
        if "any" in self.fields:
            limits["any"] = [expression_of("or", [row]) for row in cleaned["any"]]
        return limits


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value if isinstance(value, int) else value.isoformat()


def _check_rows(
    checks: Any, known: dict[str, Question]
) -> tuple[list[Row], list[dict[str, Any]]]:
    """Return the rows of the cross-checks, and those that rows cannot say."""
    rows: list[Row] = []
    kept = []
    for number, rule in enumerate(checks or (), start=1):
        condition = rule["if"]
        leaves = condition[1:] if condition[0] == "or" else [condition]
        found = rows_of(["or", *leaves])
        if found is None or any(leaf[0] in OTHER for leaf in leaves):
            kept.append(rule)
            continue
        texts = {f"text_{code}": text for code, text in rule["text"].items()}
        for place, row in enumerate(found[1]):
            group = number if len(leaves) > 1 else None
            words_of = {} if place else texts
            rows.append({**with_answers(row, known), "group": group, **words_of})
    return rows, kept


def told_conditions(item: Item) -> str:
    return words(item.base, _known(item))


def told_limits(item: Item) -> str:
    own = {**item.limits}
    joined = [words(leaf, _known(item)) for leaf in own.pop("any", ())]
    return "; ".join([*(f"{name}: {value}" for name, value in own.items()), *joined])


def told_checks(item: Item) -> str:
    return "; ".join(words(rule["if"], _known(item)) for rule in item.checks or ())


def _known(item: Item) -> dict[str, Question]:
    return {q.code: q for q in item.questionnaire.definition.items}


def drafts() -> Any:
    return Questionnaire.objects.filter(state=Questionnaire.State.DRAFT)
