"""Which bodies' figures may be shown so that no small group can be told from them.

A body counts its own staff and all below it, so whoever subtracts the bodies shown from
the one above them gets the rest. Each such rest must be empty or large enough.
"""

from collections.abc import Mapping

# Of a body with fewer staff the figures would tell about persons.
FEWEST_STAFF = 10


def shown_bodies(
    staff: Mapping[int, int], parent: Mapping[int, int | None]
) -> set[int]:
    """Return the bodies whose figures are shown, out of the numbers of their staff.

    From the leaves up: where a rest is small, the smallest body shown just below is
    left out as well, until the rest is large enough or nothing is left to subtract.
    """
    children: dict[int | None, list[int]] = {}
    for body in sorted(staff):
        above = parent.get(body)
        children.setdefault(above if above in staff else None, []).append(body)
    shown: set[int] = set()
    # Of each body, the largest bodies shown below it that do not contain one another.
    just_below: dict[int, list[int]] = {}
    for body in _leaves_first(children):
        found = [
            inner
            for child in children.get(body, [])
            for inner in ([child] if child in shown else just_below[child])
        ]
        if staff[body] >= FEWEST_STAFF:
            shown.add(body)
            while 0 < staff[body] - sum(staff[one] for one in found) < FEWEST_STAFF:
                if not found:
                    break
                least = min(found, key=lambda one: (staff[one], one))
                shown.discard(least)
                found.remove(least)
                found += just_below[least]
        just_below[body] = found
    return shown


def _leaves_first(children: Mapping[int | None, list[int]]) -> list[int]:
    order: list[int] = []
    waiting = list(children.get(None, []))
    while waiting:
        body = waiting.pop()
        order.append(body)
        waiting += children.get(body, [])
    return order[::-1]
