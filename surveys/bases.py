"""Whether the number of those asked a question may be told.

A question with a condition is asked of a group, and the size of that group is a figure of
the questions its condition looks at: where their tables hide it, it is hidden here too.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from surveys import joined
from surveys.definition import Definition, Question
from surveys.expressions import holds, names
from surveys.tally import ANSWERED, BASE

# Question, answer, number of people.
Counts = Mapping[str, Mapping[str, int]]
IsShown = Callable[[str, str], bool]
FOLLOWED = {"single", "scale", "area", "body", "matrix"}


@dataclass(frozen=True)
class Told:
    """What is shown already, for everybody or within one group of a split."""

    definition: Definition
    counts: Counts
    is_shown: IsShown
    # Their tables are not split: within a group they have no cells.
    splits: Collection[str] = ()
    # Whose tables are withheld so that a joined figure can be shown.
    withheld: Collection[str] = ()

    def followed(self, question: Question) -> Question | None:
        """Return the question in whose table the base of another is a cell or several."""
        base = question.base
        if base is None or len(set(names(base))) != 1:
            return None
        other = self.definition.question(next(names(base)))
        if other is None or other.code in self.splits:
            return None
        is_one = len({leaf[1] for leaf in joined.leaves(base)}) == 1
        if other.kind == "multiple":
            return other if base[0] == "has" else None
        return other if is_one and other.kind in FOLLOWED else None

    def allows(self, question: Question, asked: int) -> bool:
        """Tell whether all cells that the number of those asked is made of are shown."""
        base = question.base
        if question.is_derived and not self._all_shown(
            joined.any_of(question), self.withheld
        ):
            return False
        if base is None or self._is_figure(question, asked):
            return True
        other = self.followed(question)
        if other is not None:
            name = joined.leaves(base)[0][1]
            cells = _cells(base, other, name, self.counts)
            return sum(cells.values()) == asked and self._are_shown(name, cells)
        return not joined.joins(base) or self._all_shown(base)

    def sizes(self, question: Question, asked: int) -> dict[str, int] | None:
        """Return the groups a base tells that is no cell; None where it is one."""
        base = question.base
        if base is None or self.followed(question) is not None:
            return None
        if self._is_figure(question, asked):
            return None
        if joined.joins(base):
            counted = self.counts.get(joined.NAME.format(question.code), {})
            return joined.sizes(base, counted)
        name = joined.leaves(base)[0][1]
        code = name.partition(".")[0]
        whole = next(
            (self.counts[one] for one in (name, code, "") if self.counts.get(one)), {}
        )
        return {joined.IN: asked, joined.OUT: whole.get(BASE, 0) - asked}

    def _is_figure(self, question: Question, asked: int) -> bool:
        """Tell whether the base is a joined figure that is shown as such."""
        base = question.base
        return base is not None and any(
            self.is_shown(figure.code, joined.YES)
            and asked == self.counts.get(figure.code, {}).get(joined.YES, 0)
            for figure in self.definition.derived
            if base == joined.any_of(figure)
        )

    def _all_shown(self, expression: list[Any], withheld: Collection[str] = ()) -> bool:
        for leaf in joined.leaves(expression):
            if leaf[1] in withheld:
                continue
            other = self.definition.question(str(leaf[1]).partition(".")[0])
            if other is None or other.code in self.splits:
                continue
            if other.kind in FOLLOWED | {"multiple"} and not self._are_shown(
                leaf[1], _cells(leaf, other, leaf[1], self.counts)
            ):
                return False
        return True

    def _are_shown(self, name: str, cells: Mapping[str, int]) -> bool:
        return all(self.is_shown(name, code) for code, n in cells.items() if n)


def _cells(
    expression: list[Any], other: Question, name: str, counts: Counts
) -> dict[str, int]:
    """Return the cells of a question's table whose people fulfil an expression."""
    answered = counts.get(name, {})
    if other.kind == "multiple":
        wanted = {str(expression[2])} if expression[0] == "has" else set()
        return {code: n for code, n in answered.items() if code in wanted}
    return {
        code: n
        for code, n in answered.items()
        if code not in {BASE, ANSWERED}
        and holds(expression, _answer(other, name, code))
    }


def _answer(other: Question, name: str, code: str) -> dict[str, Any]:
    value: Any = code if other.kind in {"area", "body"} else int(code)
    _code, _dot, row = name.partition(".")
    return {other.code: {row: value} if row else value}
