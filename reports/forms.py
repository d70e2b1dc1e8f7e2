from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.languages import alphabetical
from foundation.territory.models import Area, PublicBody
from reports.deadlines import longest_extension
from reports.models import (
    AnswerTemplate,
    Authority,
    Gravity,
    MonthlyIndex,
    Recipient,
    Tip,
)
from reports.questionnaires import Answers, Question, Section

LONGEST_LINE = 300
LONGEST_TEXT = 20_000


class QuestionsForm(forms.Form):
    """The questions of one section that the answers before it call for."""

    def __init__(self, sent: Any, *, section: Section, answers: Answers) -> None:
        asked = section.asked(answers)
        known = {question.id: answers.get(question.id, "") for question in asked}
        super().__init__(sent, initial=known)
        for question in asked:
            self.fields[question.id] = _field(question)


def _field(question: Question) -> forms.Field:
    said: dict[str, Any] = {
        "label": question.label,
        "help_text": question.hint,
        "required": question.is_required,
    }
    if question.kind == "choice":
        options = [(value, question.shown(value)) for value, _texts in question.choices]
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **said)
    if question.kind == "area":
        return forms.ChoiceField(choices=_with_none(_areas()), **said)
    if question.kind == "body":
        return forms.ChoiceField(choices=_with_none(_bodies()), **said)
    if question.kind == "long":
        widget = forms.Textarea(attrs={"rows": 8, "autocomplete": "off"})
        return forms.CharField(max_length=LONGEST_TEXT, widget=widget, **said)
    line = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=LONGEST_LINE, widget=line, **said)


def _with_none(options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", "—"), *sorted(options, key=lambda option: alphabetical(option[1]))]


def _areas() -> Iterator[tuple[str, str]]:
    areas = Area.objects.filter(
        kind__in=[Area.Kind.REGION, Area.Kind.CITY], valid_to=None
    )
    return ((area.iso, str(area.name)) for area in areas)


def _bodies() -> Iterator[tuple[str, str]]:
    bodies = PublicBody.objects.filter(valid_to=None)
    return ((body.code, str(body.name)) for body in bodies)


class PeopleForm(forms.Form):
    """Who is told, and whether the reporter says who they are."""

    excluded = forms.MultipleChoiceField(
        label=_("Who must not see this report?"),
        help_text=_(
            "People you tick get no key: they cannot open it, whatever they do."
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    is_named = forms.ChoiceField(
        label=_("Do you want to say who you are?"),
        choices=[
            ("no", _("No, I report anonymously")),
            ("yes", _("Yes; my name is sealed apart, under its own key")),
        ],
        widget=forms.RadioSelect,
        initial="no",
    )
    name = forms.CharField(
        label=_("Your name"),
        help_text=_("Only if you chose to say who you are."),
        max_length=LONGEST_LINE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    contact = forms.CharField(
        label=_("How you can be reached"),
        help_text=_("Not needed: you can talk with us here with your receipt."),
        max_length=LONGEST_LINE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, people: Iterable[Recipient], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = [(str(person.public_id), person.shown_name) for person in people]
        field = self.fields["excluded"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = options

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("is_named") == "yes" and not cleaned.get("name"):
            self.add_error(
                "name", _("Write your name, or choose to report anonymously")
            )
        if cleaned.get("is_named") != "yes":
            # What is not wanted is not kept, even if it was typed.
            cleaned["name"] = cleaned["contact"] = ""
        return cleaned


class ReceiptForm(forms.Form):
    receipt = forms.CharField(
        label=_("Receipt"),
        help_text=_(
            "24 letters and digits, or eleven words; spaces, dashes, capitals and small"
            " slips do not matter."
        ),
        max_length=400,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "autocapitalize": "off",
            }
        ),
    )


class ProofForm(forms.Form):
    proof = forms.CharField(
        label=_("The proof, five lines"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )
    receipt = forms.CharField(
        label=_("Receipt"),
        help_text=_("Only to see whether the proof is of the report of this receipt."),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Message"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    contact = forms.CharField(
        label=_("How you can be reached"),
        max_length=LONGEST_LINE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PayeeForm(forms.Form):
    """To whom a reward is paid; the reporter may leave it unclaimed."""

    name = forms.CharField(
        label=_("Full name of who is paid"),
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    number = forms.RegexField(
        label=_("Individual identification number (IIN)"),
        regex=r"^\d{12}$",
        error_messages={"invalid": _("Write the twelve digits of the number")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    account = forms.RegexField(
        label=_("Bank account (IBAN)"),
        help_text=_("Of Kazakhstan: KZ and 18 more letters and digits."),
        regex=r"^[A-Za-z]{2}[0-9]{2}[A-Za-z0-9 ]{11,38}$",
        error_messages={"invalid": _("Write the account as the bank gives it")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


# Staff

SHORTEST_PASSPHRASE = 16


class PassphraseForm(forms.Form):
    passphrase = forms.CharField(
        label=_("Passphrase of the vault"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class NewPassphraseForm(forms.Form):
    passphrase = forms.CharField(
        label=_("New passphrase"),
        help_text=_("At least 16 characters, and not the password you sign in with."),
        min_length=SHORTEST_PASSPHRASE,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New passphrase, again"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_passphrase(self) -> str:
        passphrase = str(self.cleaned_data["passphrase"])
        if self.user.check_password(passphrase):
            raise forms.ValidationError(
                _("This is the password you sign in with; choose another passphrase")
            )
        return passphrase

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("passphrase") != cleaned.get("again"):
            self.add_error("again", _("The two passphrases differ"))
        return cleaned


class RecoveryForm(NewPassphraseForm):
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["code", "passphrase", "again"]


class MoveForm(forms.Form):
    to = forms.ChoiceField(label=_("Next state"))
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        help_text=_("Only when the case is closed."),
        # A case is joined with another by its own step, which links them.
        choices=[
            ("", "—"),
            *(c for c in Tip.Outcome.choices if c[0] != Tip.Outcome.DUPLICATE),
        ],
        required=False,
    )
    text = forms.CharField(
        label=_("What the reporter is told"),
        help_text=_("Needed when the case is forwarded to another body."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, states: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(state, Tip.State(state).label) for state in sorted(states)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_closing = cleaned.get("to") == Tip.State.CLOSED
        if is_closing and not cleaned.get("outcome"):
            self.add_error("outcome", _("Say how the case ended"))
        if cleaned.get("to") == Tip.State.FORWARDED and not cleaned.get("text"):
            self.add_error("text", _("Tell the reporter to which body it goes"))
        if not is_closing:
            cleaned["outcome"] = ""
        return cleaned


class ExtensionForm(forms.Form):
    until = forms.DateField(
        label=_("Answer due on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    text = forms.CharField(
        label=_("What the reporter is told"),
        help_text=_("The law asks to tell them of an extension and of its reason."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, tip: Tip, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tip = tip

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        last = longest_extension(self.tip.received_on)
        if not self.tip.answer_due_on < until <= last:
            raise forms.ValidationError(
                _("Choose a day after the present one and not after %(last)s"),
                params={"last": last.isoformat()},
            )
        return until


class TemplateForm(forms.Form):
    template = forms.ModelChoiceField(
        label=_("Template of an answer"), queryset=AnswerTemplate.objects.all()
    )


class AuthorityForm(forms.Form):
    to = forms.ModelChoiceField(label=_("Authority"), queryset=Authority.objects.all())


class RewardForm(forms.Form):
    gravity = forms.ChoiceField(label=_("Gravity"), choices=Gravity.choices)
    damage = forms.DecimalField(
        label=_("Bribe or damage in tenge"),
        help_text=_("Leave it empty if there was none."),
        max_digits=17,
        decimal_places=2,
        min_value=0,
        required=False,
    )
    index = forms.ModelChoiceField(
        label=_("MCI of the year in which it is decided"),
        queryset=MonthlyIndex.objects.all(),
        empty_label=None,
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the name is needed"),
        help_text=_("The custodian reads it; write nothing from the report here."),
        max_length=LONGEST_LINE,
    )


class GrantForm(forms.Form):
    days = forms.IntegerField(
        label=_("For how many days"), min_value=1, max_value=30, initial=7
    )


class LabelsForm(forms.Form):
    labels = forms.CharField(
        label=_("Labels"),
        help_text=_("Separated by commas; sealed like the report."),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_labels(self) -> list[str]:
        return str(self.cleaned_data["labels"]).split(",")


class ColleagueForm(forms.Form):
    """One of the people to whom something can be done; named by their public id."""

    to = forms.ChoiceField(label=_("Colleague"))

    def __init__(self, *args: Any, people: Iterable[Recipient], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.public_id): person for person in people}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, row.shown_name) for key, row in self.people.items()]

    def clean_to(self) -> Recipient:
        return self.people[self.cleaned_data["to"]]


class OtherCaseForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference of the other case"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_reference(self) -> str:
        return str(self.cleaned_data["reference"]).strip().upper()


class SearchForm(forms.Form):
    question = forms.CharField(
        label=_("Words that the report, its messages or labels contain"),
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class QuarterForm(forms.Form):
    quarter = forms.TypedChoiceField(label=_("Quarter"), coerce=date.fromisoformat)

    def __init__(self, *args: Any, quarters: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["quarter"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            (day.isoformat(), f"{day.year}-Q{(day.month + 2) // 3}") for day in quarters
        ]
