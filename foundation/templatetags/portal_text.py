"""Template tags every page may use."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import (
    format_percent,
    get_decimal_symbol,
    get_group_symbol,
    get_minus_sign_symbol,
)
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
    """Write a number with the language's separators: 20 159 707, 3,5.

    It is what Babel writes by the pattern `#,##0.##`, in a tenth of the time: a page of
    results has thousands of numbers.
    """
    if value is None:
        return "–"
    # Through its shortest writing, so that 0.15 is rounded as it is read.
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{round(exact, digits):,f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    return text.translate(_signs(current_language()))


@cache
def _signs(language: str) -> dict[int, str]:
    return str.maketrans(
        {
            ",": get_group_symbol(language),
            ".": get_decimal_symbol(language),
            "-": get_minus_sign_symbol(language),
        }
    )


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
