"""Pages by key instead of by number: page 10,000 costs what page 1 costs.

An order is a tuple of columns, all rising or all falling, the last of them unique, with
an index on them. A cursor is the key of the row at the edge, written in the address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import F, Field, Model, QuerySet
from django.db.models.fields import DateField, DateTimeField
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 20


@dataclass(frozen=True)
class Order:
    """Columns to sort by, all in one direction."""

    columns: tuple[str, ...]
    falling: bool = False

    def columns_of(self, *, backwards: bool) -> list[str]:
        sign = "-" if self.falling is not backwards else ""
        return [sign + name for name in self.columns]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the cursors of the pages before and after them."""

    rows: Sequence[Row]
    previous: str | None
    next: str | None


def key_set_page(
    rows: QuerySet[Row], *, order: Order, asked: QueryDict, size: int = PAGE_SIZE
) -> Page[Row]:
    """Return the page that `after` or `before` in the address asks for.

    A cursor that cannot be read gives the first page: an old link still works.
    """
    backwards = "before" in asked
    edge = _read(rows.model, order, asked.get("before" if backwards else "after"))
    if edge is not None:
        smaller = order.falling is not backwards
        lookup = TupleLessThan if smaller else TupleGreaterThan
        rows = rows.filter(lookup(Tuple(*map(F, order.columns)), edge))
    found = list(rows.order_by(*order.columns_of(backwards=backwards))[: size + 1])
    has_more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_earlier = has_more if backwards else edge is not None
    has_later = edge is not None if backwards else has_more
    return Page(
        rows=found,
        previous=_write(found[0], order) if found and has_earlier else None,
        next=_write(found[-1], order) if found and has_later else None,
    )


def _write(row: Model, order: Order) -> str:
    return "~".join(_text(getattr(row, name)) for name in order.columns)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        # Without the plus sign, which an address would read as a space.
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def _read(
    model: type[Model], order: Order, cursor: str | None
) -> tuple[Any, ...] | None:
    parts = (cursor or "").split("~")
    if len(parts) != len(order.columns):
        return None
    fields = [model._meta.get_field(name) for name in order.columns]
    try:
        return tuple(
            _value(field, part) for field, part in zip(fields, parts, strict=True)
        )
    except ValueError:
        return None


def _value(field: Any, text: str) -> date | int:
    assert isinstance(field, Field)
    output = getattr(field, "output_field", field)
    if isinstance(output, DateTimeField):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return moment
    if isinstance(output, DateField):
        return date.fromisoformat(text)
    number = int(text)
    if abs(number) >= 2**31:
        raise ValueError(text)
    return number
