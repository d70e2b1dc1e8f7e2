"""Template tags every page may use."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent
from django import template
from django.utils import timezone
from django.utils.translation import get_language_info

from foundation.languages import Text, current_language

register = template.Library()


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a date as readers of the language do: 8 маусым 2022 ж."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localdate(value)
    return format_date(value, "long", locale=current_language())


@register.filter
def moment(value: datetime | None) -> str:
    if value is None:
        return ""
    local = timezone.localtime(value)
    return format_datetime(local, "medium", locale=current_language())


@register.filter
def clock(value: datetime | None) -> str:
    """Write the time of day, for what is agreed upon by the minute: 10:00."""
    if value is None:
        return ""
    return format_time(timezone.localtime(value), "HH:mm", locale=current_language())


@register.filter
def number(value: int | float | Decimal | None, digits: int = 2) -> str:
    """Write a number with the language's separators: 20 159 707, 3,5."""
    if value is None:
        return "–"
    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    return format_decimal(value, pattern, locale=current_language())


@register.filter
def percent(value: float | Decimal | None) -> str:
    """Write a share between 0 and 1 as a percentage with at most one decimal."""
    if value is None:
        return "–"
    return format_percent(value, "#,##0.#%", locale=current_language())


@register.filter
def language_name(text: Text | str) -> str:
    """Return the name of a text's language in the reader's language."""
    code = text.language if isinstance(text, Text) else text
    return str(get_language_info(code)["name_translated"])
