"""Forms in which staff write waves, weightings and releases: fields, never JSON."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrPromise

from foundation.rows import RowsField
from surveys.condition_rows import QuotaRow, answers_to, heading, lists_of
from surveys.conditions import Row, constant, expression_of, rows_of, with_answers
from surveys.definition import Definition, Question
from surveys.models import PolicyAction, Release, Wave, WeightScheme
from surveys.pairs import FIRST, MOST, SECOND, check_pairs
from surveys.results import countable, labels
from surveys.services.fielding import check_quotas, check_splits, check_strata
from surveys.services.publishing import CASES


class PairRow(forms.Form):
    first = forms.ChoiceField(label=gettext_lazy("Question shown"))
    second = forms.ChoiceField(label=gettext_lazy("by the answers to"))

    def __init__(self, *args: Any, known: Sequence[Question] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        for name, kinds in (("first", FIRST), ("second", SECOND)):
            listed = [(q.code, heading(q)) for q in known if q.kind in kinds]
            self.fields[name].choices = [("", "—"), *listed]  # type: ignore[attr-defined]


class StratumRow(forms.Form):
    name = forms.CharField(label=gettext_lazy("Stratum"), max_length=40)
    weight = forms.FloatField(label=gettext_lazy("Design weight"))


class WaveForm(forms.ModelForm[Wave]):
    """A wave; what hangs on its questions is written once its questionnaire is kept."""

    splits = forms.MultipleChoiceField(
        label=gettext_lazy("Split by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Results are kept and shown by these groups: four at most"
        ),
    )
    quotas = RowsField(
        QuotaRow,
        label=gettext_lazy("Quotas"),
        help_text=gettext_lazy(
            "When so many have given this answer, nobody else who gives it is taken."
            " Rows with the same name are one quota: all of them must hold."
        ),
    )
    pairs = RowsField(
        PairRow,
        most=MOST,
        label=gettext_lazy("Pairs of questions"),
        help_text=gettext_lazy("Which questions are shown by the answers to another"),
    )
    strata = RowsField(
        StratumRow,
        label=gettext_lazy("Design weights"),
        help_text=gettext_lazy(
            "Where people were drawn with unequal chances: how many of the population"
            " each person of a stratum stands for"
        ),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.instance.pk is None:
            for name in {"splits", "quotas", "pairs", "strata"} & set(self.fields):
                del self.fields[name]
            return
        definition = self.instance.questionnaire.definition
        asked = [q for q in definition.questions if q.kind != "text"]
        known = {q.code: q for q in asked}
        if "splits" in self.fields:
            kinds = {"single", "scale", "area"}
            self.fields["splits"].choices = [  # type: ignore[attr-defined]
                (q.code, heading(q)) for q in asked if q.kind in kinds
            ]
        if "quotas" in self.fields:
            self.fields["quotas"].kwargs = lists_of(asked)  # type: ignore[attr-defined]
            self.initial["quotas"], self.kept_quotas = _quota_rows(
                self.instance.quotas, known
            )
        if "pairs" in self.fields:
            self.fields["pairs"].kwargs = {"known": list(definition.items)}  # type: ignore[attr-defined]
            self.initial["pairs"] = [
                {"first": first, "second": second}
                for first, second in self.instance.pairs
            ]
        if "strata" in self.fields:
            self.initial["strata"] = [
                {"name": name, "weight": weight}
                for name, weight in self.instance.strata.items()
            ]

    def _wave(self, **more: Any) -> Wave:
        wave = Wave(questionnaire=self.instance.questionnaire, **more)
        wave.sample = self.cleaned_data.get("sample", self.instance.sample)
        return wave

    def clean_min_cell(self) -> int:
        smallest: int = self.cleaned_data["min_cell"]
        if self.instance.state != Wave.State.DRAFT:
            promised: int = self.instance.min_cell
            if smallest < promised:
                raise ValidationError(
                    _("People answered on the promise of at least %(promised)s here")
                    % {"promised": promised}
                )
        return smallest

    def clean_splits(self) -> list[str]:
        splits = list(self.cleaned_data["splits"])
        check_splits(self._wave(splits=splits))
        return splits

    def clean_pairs(self) -> list[list[str]]:
        pairs = [[row["first"], row["second"]] for row in self.cleaned_data["pairs"]]
        splits = self.cleaned_data.get("splits", self.instance.splits)
        wave = self._wave(splits=splits, pairs=pairs)
        check_pairs(wave, wave.questionnaire.definition)
        return pairs

    def clean_quotas(self) -> list[dict[str, Any]]:
        named: dict[str, list[Row]] = {}
        for row in self.cleaned_data["quotas"]:
            named.setdefault(row["name"], []).append({**row, "group": None})
        quotas: list[dict[str, Any]] = []
        for name, rows in named.items():
            most = next((row["most"] for row in rows if row["most"]), None)
            if most is None:
                raise ValidationError(
                    _("Say how many answers the quota “%(name)s” takes at most")
                    % {"name": name}
                )
            when = expression_of("and", rows)
            quotas.append({"name": name, "most": most, "when": when})
        quotas += [q for q in self.kept_quotas if q["name"] not in named]
        check_quotas(self._wave(quotas=quotas))
        return quotas

    def clean_strata(self) -> dict[str, float]:
        rows = self.cleaned_data["strata"]
        strata = {row["name"].strip(): row["weight"] for row in rows}
        if len(strata) < len(rows):
            raise ValidationError(_("Each stratum has one weight"))
        check_strata(self._wave(strata=strata))
        return strata


def _quota_rows(
    quotas: Any, known: dict[str, Question]
) -> tuple[list[Row], list[dict[str, Any]]]:
    rows: list[Row] = []
    kept = []
    for quota in quotas or ():
        found = rows_of(quota["when"])
        if found is None or found[0] != "and" or any(r.get("group") for r in found[1]):
            kept.append(quota)
            continue
        for place, row in enumerate(found[1]):
            most = None if place else quota["most"]
            bare = {k: v for k, v in with_answers(row, known).items() if k != "group"}
            rows.append({**bare, "name": quota["name"], "most": most})
    return rows, kept


POPULATION = "@population"


class TargetRow(forms.Form):
    """How many of the population give one answer."""

    answer = forms.ChoiceField(label=pgettext_lazy("noun", "Answer"))
    target = forms.FloatField(
        label=gettext_lazy("People, or per cent"), required=False, min_value=0
    )
    source = forms.CharField(
        label=gettext_lazy("Source"), required=False, max_length=300
    )
    date = forms.DateField(label=gettext_lazy("As of"), required=False)
    field_order = ["answer", "target", "source", "date"]

    def __init__(self, *args: Any, answers: Sequence[Any] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["answer"].choices = answers  # type: ignore[attr-defined]


class SchemeForm(forms.ModelForm[WeightScheme]):
    """A weighting; its margins are written once its wave is kept."""

    margins = RowsField(
        TargetRow,
        extra=0,
        label=gettext_lazy("Margins"),
        help_text=gettext_lazy(
            "Write for each answer how many people, or what per cent, give it in the"
            " population. Rows without a number do not count; a question without any is"
            " not weighed by. The source and the day stand once for each question."
        ),
    )
    by_population = forms.MultipleChoiceField(
        label=gettext_lazy("By the populations of the areas kept here"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if "margins" not in self.fields:
            return
        if self.instance.pk is None:
            del self.fields["margins"], self.fields["by_population"]
            return
        wave = self.instance.wave
        definition = wave.questionnaire.definition
        questions = [q for q in map(definition.question, wave.splits) if q]
        self.fields["by_population"].choices = [  # type: ignore[attr-defined]
            (q.code, heading(q)) for q in questions if q.kind == "area"
        ]
        listed = [(heading(q), _targets(q)) for q in questions]
        self.fields["margins"].kwargs = {"answers": listed}  # type: ignore[attr-defined]
        known = {m.get("question"): m for m in self.instance.margins}
        self.initial["margins"] = [
            row for q in questions for row in _target_rows(q, known.get(q.code, {}))
        ]
        self.initial["by_population"] = [
            name for name, m in known.items() if m.get("targets") == "population"
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "margins" not in self.fields or self.errors:
            return cleaned
        margins: dict[str, dict[str, Any]] = {}
        for row in cleaned["margins"]:
            if row["target"] is None:
                continue
            question, _sign, level = row["answer"].partition("=")
            margin = margins.setdefault(question, {"question": question, "targets": {}})
            margin["targets"][str(constant(level.strip('"')))] = row["target"]
            if row["source"]:
                margin["source"] = row["source"]
            if row["date"]:
                margin["date"] = row["date"].isoformat()
        for name in cleaned["by_population"]:
            if name in margins:
                self.add_error(
                    "by_population",
                    _("Write numbers for “%(name)s” or take the populations, not both")
                    % {"name": name},
                )
            margins[name] = {"question": name, "targets": "population"}
        cleaned["margins"] = list(margins.values())
        return cleaned


def _targets(question: Question) -> list[tuple[str, str]]:
    missing = {o.code for o in question.choices if o.missing}
    return [
        (key, label)
        for key, label in answers_to(question)
        if constant(key.partition("=")[2]) not in missing
    ]


def _target_rows(question: Question, margin: Any) -> list[Row]:
    """Offer a row for each answer, so that only numbers are left to write."""
    targets = margin.get("targets")
    known = targets if isinstance(targets, dict) else {}
    rows: list[Row] = []
    for key, _label in _targets(question):
        level = str(constant(key.partition("=")[2].strip('"')))
        row: Row = {"answer": key, "target": known.get(level)}
        if not rows:
            row |= {"source": margin.get("source"), "date": margin.get("date")}
        rows.append(row)
    return rows


class ReleaseForm(forms.ModelForm[Release]):
    """A release: how the cases ended and who asked, as far as only staff know it."""

    partial = forms.IntegerField(
        label=gettext_lazy("Answered in part"), required=False, min_value=0
    )
    refused = forms.IntegerField(
        label=gettext_lazy("Refused"), required=False, min_value=0
    )
    not_reached = forms.IntegerField(
        label=gettext_lazy("Not reached"), required=False, min_value=0
    )
    other = forms.IntegerField(label=gettext_lazy("Other"), required=False, min_value=0)
    eligible_share = forms.FloatField(
        label=gettext_lazy("Share of those not known who belong to the population"),
        help_text=gettext_lazy("From 0 to 1; without it everybody counts"),
        required=False,
        min_value=0,
        max_value=1,
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        told = self.instance.methodology.get("dispositions") or {}
        self.initial.update({name: told.get(name) for name in CASES})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        scheme, wave = cleaned.get("scheme"), cleaned.get("wave")
        if scheme and wave and scheme.wave_id != wave.pk:
            self.add_error("scheme", _("This weighting belongs to another wave"))
        if self.errors or "refused" not in self.fields:
            return cleaned
        cases = {name: cleaned.get(name) for name in CASES}
        given = {name: value for name, value in cases.items() if value is not None}
        kept = dict(self.instance.methodology)
        kept.pop("dispositions", None)
        self.instance.methodology = {
            **kept,
            **({"dispositions": given} if given else {}),
        }
        return cleaned


def _reason(label: StrPromise, *, required: bool = True) -> forms.CharField:
    lines = forms.Textarea({"rows": 3, "class": "vLargeTextField"})
    return forms.CharField(label=label, max_length=300, required=required, widget=lines)


class WithdrawalForm(forms.Form):
    """Why figures are taken back: readers see it where they stood."""

    reason_kk = _reason(gettext_lazy("reason (Kazakh)"))
    reason_ru = _reason(gettext_lazy("reason (Russian)"))
    reason_en = _reason(gettext_lazy("reason (English)"), required=False)


class PolicyActionForm(forms.ModelForm[PolicyAction]):
    """What is done about a finding; its aim is chosen among the answers of the wave."""

    target = forms.ChoiceField(
        label=gettext_lazy("Answer whose share is to change"), required=False
    )

    def __init__(self, *args: Any, wave: Wave | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if "target" not in self.fields:
            return
        listed = answers_counted(wave.questionnaire.definition) if wave else []
        self.fields["target"].choices = [("", "—"), *listed]  # type: ignore[attr-defined]
        row = self.instance
        if row.target_question:
            self.initial["target"] = f"{row.target_question}={row.target_code}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "target" not in self.fields or "target" not in cleaned:
            return cleaned
        now, aim = cleaned.get("target_from"), cleaned.get("target_to")
        if now is None or aim is None or not cleaned["target"]:
            if (now, aim, cleaned["target"]) != (None, None, ""):
                self.add_error(
                    "target",
                    _("An aim has an answer, its share now and the share aimed at"),
                )
        elif now == aim or not (0 <= now <= 100 and 0 <= aim <= 100):
            self.add_error(
                "target_to", _("Aim at another share than now, from 0 to 100 per cent")
            )
        name, _sign, code = cleaned["target"].partition("=")
        self.instance.target_question, self.instance.target_code = name, code
        return cleaned


def answers_counted(definition: Definition) -> list[tuple[str, list[tuple[str, str]]]]:
    """List every answer whose share is published, by question."""
    found = []
    for name, question, row in countable(definition):
        if question.kind in {"area", "body", "number"}:
            continue
        title = heading(question) + (f": {row.plain}" if row else "")
        answers = [
            (f"{name}={code}", label.plain)
            for code, label, _missing in labels(question, {})
        ]
        found.append((title, answers))
    return found
