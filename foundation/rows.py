"""Rows of fields as one field of a form, for what is kept as a list of data.

The value of such a field is a formset of Django's own. Without a script there are some
empty rows more than are filled; an emptied or ticked row goes.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME, BaseFormSet
from django.utils.translation import gettext_lazy as _

MOST = 100


class Rows(BaseFormSet[forms.Form]):
    """A formset whose filled rows may be emptied like any other."""

    def initial_form_count(self) -> int:
        return 0

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields[DELETION_FIELD_NAME].label = _("Remove")

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The rows somebody filled, without the mark for removal."""
        return [
            {k: v for k, v in form.cleaned_data.items() if k != DELETION_FIELD_NAME}
            for form in self.forms
            if form.has_changed() and form not in self.deleted_forms
        ]


class RowsWidget(forms.Widget):
    template_name = "widgets/rows.html"

    def __init__(self, field: "RowsField") -> None:
        super().__init__()
        self.field = field

    class Media:
        css = {"all": ["css/rows.css"]}
        js = ["js/rows.js"]

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> Rows | None:
        if self.value_omitted_from_data(data, files, name):
            return None
        return self.field.formset(data=data, prefix=name)

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> bool:
        return f"{name}-TOTAL_FORMS" not in data

    def id_for_label(self, id_: str) -> str:
        return ""

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        if not isinstance(value, Rows):
            value = self.field.formset(initial=value or [], prefix=name)
        return {**super().get_context(name, None, attrs), "rows": value}


class RowsField(forms.Field):
    def __init__(
        self, row: type[forms.Form], *, extra: int = 2, most: int = MOST, **more: Any
    ) -> None:
        self.row, self.extra, self.most = row, extra, most
        self.kwargs: dict[str, Any] = {}
        super().__init__(required=False, **more)
        self.widget = RowsWidget(self)

    def __deepcopy__(self, memo: Any) -> "RowsField":
        copy: RowsField = super().__deepcopy__(memo)
        copy.widget = RowsWidget(copy)
        copy.kwargs = dict(self.kwargs)
        return copy

    def formset(self, *, initial: Any = None, **more: Any) -> Rows:
        made: Any = forms.formset_factory(
            self.row,
            formset=Rows,
            extra=min(len(initial or []) + self.extra, self.most),
            max_num=self.most,
            absolute_max=self.most,
            validate_max=True,
            can_delete=True,
        )
        rows: Rows = made(initial=initial, form_kwargs=self.kwargs, **more)
        return rows

    def clean(self, value: Any) -> list[dict[str, Any]]:
        if value is None:
            return []
        if not value.is_valid():
            whole = [str(text) for text in value.non_form_errors()]
            raise ValidationError(whole or [_("Correct the rows marked below")])
        return list(value.kept)

    def has_changed(self, initial: Any, data: Any) -> bool:
        if data is None:
            return False
        return not data.is_valid() or _plain(data.kept) != _plain(initial or [])


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{k: str(v) for k, v in row.items() if v not in ("", None)} for row in rows]
