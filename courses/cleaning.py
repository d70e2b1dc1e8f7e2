"""What HTML an author may write; everything else is taken out when it is saved."""

import nh3
from django.db import models
from django.db.models import Model
from django.utils.safestring import SafeString, mark_safe

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "dl", "dt",
    "em", "h3", "h4", "i", "li", "ol", "p", "q", "strong", "sub", "sup", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"lang"},
    "a": {"href", "hreflang"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}


def clean_html(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noreferrer",
    ).strip()


def safe_html(html: str) -> SafeString:
    """Return HTML that a template may write as it is; cleaned again, should a row have
    come into the database by another way."""
    return mark_safe(clean_html(html))  # noqa: S308  # nh3 has just cleaned it


class CleanHTMLField(models.TextField[str, str]):
    """HTML that is cleaned whenever a row is written through the ORM."""

    def pre_save(self, model_instance: Model, add: bool) -> str:
        value = clean_html(getattr(model_instance, self.attname) or "")
        setattr(model_instance, self.attname, value)
        return value
