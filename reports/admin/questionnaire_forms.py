"""Fields in which staff write sections and questions; ids are made here, never typed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from foundation.languages import columns, languages
from foundation.rows import RowsField
from reports.editing import LONGEST_TEXT, MOST_CHOICES, MOST_CONDITIONS, new_id
from reports.outline import KIND_NAMES
from reports.questionnaire_files import MOST_BYTES, import_file
from reports.questionnaires import Form, Question, SchemaError, Section

Texts = dict[str, str]
Choices = tuple[tuple[str, Texts], ...]


def _line(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST_TEXT, required=False, **more)


def _text(label: Any) -> forms.CharField:
    return _line(label, widget=forms.Textarea(attrs={"rows": 3, "cols": 30}))


def _seen() -> forms.CharField:
    """Make the print of what the page showed; after a refusal it stays the first one."""
    return forms.CharField(required=False, widget=forms.HiddenInput)


def texts_in(cleaned: dict[str, Any], field: str) -> Texts:
    return {code: cleaned.get(f"{field}_{code}", "") for code in languages()}


def _columns_of(field: str, texts: Texts) -> Texts:
    return {f"{field}_{code}": texts.get(code, "") for code in languages()}


class SectionForm(forms.Form):
    title_kk = _line(gettext_lazy("Title (Kazakh)"))
    title_ru = _line(gettext_lazy("Title (Russian)"))
    title_en = _line(gettext_lazy("Title (English)"))
    seen = _seen()

    def __init__(self, sent: Any, *, section: Section | None, seen: str) -> None:
        titles = section.titles if section else {}
        initial = {**_columns_of("title", titles), "seen": seen}
        super().__init__(sent, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(self.titles.values()):
            raise ValidationError(_("Write the title in one language at least"))
        return cleaned

    @property
    def titles(self) -> Texts:
        return texts_in(self.cleaned_data, "title")


class ChoiceRow(forms.Form):
    """An answer that is offered; what it is kept as never changes once it is made."""

    value = forms.CharField(required=False, widget=forms.HiddenInput)
    place = forms.IntegerField(
        label=pgettext_lazy("in an order", "Place"),
        required=False,
        min_value=1,
        max_value=999,
    )
    label_kk = _line(gettext_lazy("Answer (Kazakh)"))
    label_ru = _line(gettext_lazy("Answer (Russian)"))
    label_en = _line(gettext_lazy("Answer (English)"))

    def has_changed(self) -> bool:
        """Count a row as filled by its words alone, so that an emptied one goes."""
        return any(self[name].data for name in columns("label"))


class ConditionRow(forms.Form):
    """One answer after which a question is asked."""

    question = forms.ChoiceField(label=gettext_lazy("Question"), required=False)
    answer = forms.ChoiceField(label=pgettext_lazy("noun", "Answer"), required=False)

    def __init__(self, *args: Any, known: Sequence[Question] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["question"].choices = [("", "—"), *_questions(known)]  # type: ignore[attr-defined]
        self.fields["answer"].choices = [("", "—"), *_answers(known)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        row = super().clean() or {}
        if self.errors:
            return row
        name = row["answer"].partition("=")[0]
        if not row["answer"]:
            self.add_error("answer", _("Choose the answer"))
        elif row["question"] not in {"", name}:
            self.add_error("answer", _("This is an answer to another question"))
        return row


def _questions(known: Sequence[Question]) -> Iterator[tuple[str, str]]:
    for question in known:
        yield question.id, _short(question)


def _answers(known: Sequence[Question]) -> Iterator[Any]:
    for question in known:
        options = [
            (f"{question.id}={value}", question.shown(value))
            for value, _texts in question.choices
        ]
        yield _short(question), options


def _short(question: Question) -> str:
    text = question.label.plain
    return f"{text[:70]}…" if len(text) > 70 else text


class QuestionForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is answered"), choices=list(KIND_NAMES.items())
    )
    is_required = forms.BooleanField(
        label=gettext_lazy("An answer is required"), required=False
    )
    label_kk = _text(gettext_lazy("Question (Kazakh)"))
    label_ru = _text(gettext_lazy("Question (Russian)"))
    label_en = _text(gettext_lazy("Question (English)"))
    hint_kk = _text(gettext_lazy("Hint (Kazakh)"))
    hint_ru = _text(gettext_lazy("Hint (Russian)"))
    hint_en = _text(gettext_lazy("Hint (English)"))
    choices = RowsField(
        ChoiceRow, label=gettext_lazy("Answers"), extra=4, most=MOST_CHOICES
    )
    conditions = RowsField(
        ConditionRow, label=gettext_lazy("Conditions"), most=MOST_CONDITIONS
    )
    seen = _seen()

    def __init__(
        self,
        sent: Any,
        *,
        question: Question | None,
        earlier: Sequence[Question],
        seen: str,
    ) -> None:
        self.before = question or _nothing()
        super().__init__(sent, initial={**_initial(self.before), "seen": seen})
        self.fields["conditions"].kwargs = {"known": earlier}  # type: ignore[attr-defined]
        if not earlier:
            del self.fields["conditions"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            if not any(texts_in(cleaned, "label").values()):
                self.add_error(None, _("Write the question in one language at least"))
            if cleaned["kind"] == "choice" and not cleaned["choices"]:
                self.add_error("choices", _("Write the answers to choose from"))
        return cleaned

    @property
    def question(self) -> Question:
        """The question as it was written; texts in other languages stay."""
        cleaned, before = self.cleaned_data, self.before
        is_choice = cleaned["kind"] == "choice"
        return replace(
            before,
            kind=cleaned["kind"],
            labels={**before.labels, **texts_in(cleaned, "label")},
            hints={**before.hints, **texts_in(cleaned, "hint")},
            choices=_choices(cleaned["choices"], before) if is_choice else (),
            conditions=_conditions(cleaned.get("conditions", ())),
            is_required=cleaned["is_required"],
        )


def _nothing() -> Question:
    return Question(new_id("q"), "text", {}, {}, (), (), is_required=False)


def _initial(question: Question) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "is_required": question.is_required,
        **_columns_of("label", question.labels),
        **_columns_of("hint", question.hints),
        "choices": [
            {"value": value, "place": place, **_columns_of("label", texts)}
            for place, (value, texts) in enumerate(question.choices, start=1)
        ],
        "conditions": [
            {"question": name, "answer": f"{name}={value}"}
            for name, wanted in question.conditions
            for value in sorted(wanted)
        ],
    }


def _choices(rows: Sequence[dict[str, Any]], before: Question) -> Choices:
    """Put the rows in their order: where two claim a place, the moved one gets it."""
    texts = dict(before.choices)
    places = {value: n for n, (value, _t) in enumerate(before.choices, start=1)}
    placed = []
    for row in rows:
        # Whatever else was sent as a value was not made here.
        value = row["value"] if places.get(row["value"]) else new_id("a")
        old = places.pop(value, None)
        place = row["place"] or MOST_CHOICES + 1
        rank = 0 if place == old else (1 if old and place > old else -1)
        placed.append((place, rank, value, texts_in(row, "label")))
    placed.sort(key=lambda entry: entry[:2])
    return tuple((v, {**texts.get(v, {}), **own}) for _p, _r, v, own in placed)


def _conditions(
    rows: Sequence[dict[str, Any]],
) -> tuple[tuple[str, frozenset[str]], ...]:
    wanted: dict[str, set[str]] = {}
    for row in rows:
        name, _equals, value = row["answer"].partition("=")
        wanted.setdefault(name, set()).add(value)
    return tuple((name, frozenset(values)) for name, values in wanted.items())


class QuestionnaireFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A questionnaire saved from a portal, at most 1 MB"),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> Form:
        file = self.cleaned_data["file"]
        try:
            return import_file(file.read(MOST_BYTES + 1))
        except SchemaError as error:
            raise ValidationError(str(error)) from None
