"""The outline of a version as one form: a number for each row, a module for lessons."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from courses.models import Block, BlockText, CourseVersion, Lesson, Module
from foundation.languages import languages

READY = BlockText.State.READY


@dataclass
class Line:
    """A row of the outline with its field, and how far each language is."""

    kind: str
    row: Any
    place: BoundField
    module: BoundField | None = None
    states: list[tuple[str, str, str]] = field(default_factory=list)


class OutlineForm(forms.Form):
    def __init__(self, *args: Any, version: CourseVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        modules = list(
            version.modules.prefetch_related("lessons__blocks__texts").order_by(
                "position"
            )
        )
        self.modules = modules
        choices = [(str(row.pk), f"{row.position}. {row.title}") for row in modules]
        for module in modules:
            self._add("module", module)
            for lesson in module.lessons.all():
                self._add("lesson", lesson)
                self.fields[f"lesson-{lesson.pk}-module"] = forms.ChoiceField(
                    choices=choices,
                    initial=str(module.pk),
                    label=_("Module"),
                    required=False,
                )
                for block in lesson.blocks.all():
                    self._add("block", block)

    def _add(self, kind: str, row: Module | Lesson | Block) -> None:
        self.fields[f"{kind}-{row.pk}"] = forms.IntegerField(
            label=_("Place"),
            min_value=0,
            max_value=9999,
            initial=row.position,
            required=False,
            widget=forms.NumberInput(attrs={"class": "vIntegerField"}),
        )

    def lines(self) -> list[Line]:
        found = []
        for module in self.modules:
            found.append(Line("module", module, self[f"module-{module.pk}"]))
            for lesson in module.lessons.all():
                name = f"lesson-{lesson.pk}"
                found.append(Line("lesson", lesson, self[name], self[f"{name}-module"]))
                found += [
                    Line("block", b, self[f"block-{b.pk}"], states=states_of(b))
                    for b in lesson.blocks.all()
                ]
        return found

    def places(self) -> dict[tuple[str, int], int]:
        return {
            (kind, row.pk): value
            for kind, row in self._rows()
            if (value := self.cleaned_data.get(f"{kind}-{row.pk}")) is not None
        }

    def homes(self) -> dict[int, int]:
        chosen = {
            row.pk: self.cleaned_data.get(f"lesson-{row.pk}-module")
            for kind, row in self._rows()
            if kind == "lesson"
        }
        return {pk: int(home) for pk, home in chosen.items() if home}

    def _rows(self) -> list[tuple[str, Any]]:
        return [(line.kind, line.row) for line in self.lines()]


def states_of(block: Block) -> list[tuple[str, str, str]]:
    """Return language, code and words of each translation, the missing ones too."""
    if block.kind == Block.Kind.QUIZ:
        return []
    known = {text.language: text for text in block.texts.all()}
    return [
        (
            code,
            known[code].state if code in known else "missing",
            str(known[code].get_state_display() if code in known else _("missing")),
        )
        for code in languages()
    ]
