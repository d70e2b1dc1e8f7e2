"""What waits for a staff member, on the first page of the staff area.

A room declares it in `<room>/dashboard.py` as `panels(user) -> list[Panel]`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from foundation.accounts.models import User


@dataclass(frozen=True)
class Row:
    """One thing that waits: what it is, where to do it, and since or until when."""

    text: str
    url: str
    note: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class Panel:
    """The first few of the things that wait, and how many there are in all."""

    title: str
    count: int
    rows: Sequence[Row]
    more_url: str
    permission: str


def panels_for(user: User) -> list[Panel]:
    """Return what every room has for the user, in the rooms' order."""
    return [
        panel
        for panels in _declared()
        for panel in panels(user)
        if user.has_perm(panel.permission)
    ]


def _declared() -> Iterator[Callable[[User], list[Panel]]]:
    for app in apps.get_app_configs():
        if app.module and module_has_submodule(app.module, "dashboard"):
            yield import_module(f"{app.name}.dashboard").panels
