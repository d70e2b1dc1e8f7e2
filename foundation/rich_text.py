"""HTML that staff write: what of it is kept, and the editor they write it in."""

import json
from collections.abc import Iterable
from typing import Any, ClassVar

import nh3
from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.db.models import Model
from django.forms.widgets import Script
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

# Elements of any running text, and the attributes of its cells and links.
TEXT = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "dl", "dt",
    "em", "h3", "h4", "i", "li", "ol", "p", "q", "strong", "sub", "sup", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
CELLS = {
    "a": {"href", "hreflang"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}

EDITOR = "django_prose_editor/editor.js"

# The tools of the editor, in the order of its bar, as static/js/rich_text.js knows them.
TOOLS = {
    "paragraph": _("Paragraph"),
    "heading": _("Heading"),
    "bold": _("Bold"),
    "italic": _("Italic"),
    "bulletList": _("List"),
    "orderedList": _("Numbered list"),
    "blockquote": _("Quotation"),
    "link": _("Web link"),
    "table": _("Table"),
    "caption": _("Caption of the table"),
    "addRow": _("Add a row"),
    "deleteRow": _("Delete the row"),
    "addColumn": _("Add a column"),
    "deleteColumn": _("Delete the column"),
    "undo": _("Undo"),
    "redo": _("Redo"),
    "source": _("HTML"),
}
QUESTIONS = {
    "address": _("Address of the link (empty: no link)"),
    "captionText": _("Caption of the table (empty: none)"),
    "unknown": _(
        "This text has parts that the editor would lose. Change it here as HTML."
    ),
}


class RichTextWidget(AdminTextareaWidget):
    """An editor over a textarea, which stays what is sent and what works without scripts."""

    def __init__(self, levels: Iterable[int]) -> None:
        super().__init__({"data-rich-text": "", "data-levels": json.dumps([*levels])})

    class Media:
        css = {"all": ["css/rich_text.css"]}
        js = [Script("js/rich_text.js", type="module")]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        words = {key: str(text) for key, text in (TOOLS | QUESTIONS).items()}
        context["widget"]["attrs"] |= {
            "data-rich-text": static(EDITOR),
            "data-tools": json.dumps(list(TOOLS)),
            "data-words": json.dumps(words, ensure_ascii=False),
        }
        return context


class RichTextField(models.TextField[str, str]):
    """HTML that is cleaned whenever a row is written through the ORM.

    A subclass says what is kept: elements, their attributes and levels of headings.
    """

    tags: ClassVar[set[str]]
    attributes: ClassVar[dict[str, set[str]]]

    @classmethod
    def clean_html(cls, html: str) -> str:
        return nh3.clean(
            html,
            tags=cls.tags,
            attributes=cls.attributes,
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel="noreferrer",
        ).strip()

    @classmethod
    def safe_html(cls, html: str) -> SafeString:
        """Return HTML that a template may write as it is; cleaned again, should a row
        have come into the database by another way."""
        return mark_safe(cls.clean_html(html))  # noqa: S308  # nh3 has just cleaned it

    def pre_save(self, model_instance: Model, add: bool) -> str:
        value = self.clean_html(getattr(model_instance, self.attname) or "")
        setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        levels = [level for level in range(2, 7) if f"h{level}" in self.tags]
        return super().formfield(**kwargs | {"widget": RichTextWidget(levels)})
