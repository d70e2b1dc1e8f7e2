"""Figures that join several answers, and the groups they would tell.

Who gave a bribe or was asked for one is a figure made of two answers; how many were asked
a question that hangs on both is the same number. Beside the answers it is made of such a
figure is one equation more: what it leaves when they are taken from it is a group as well,
and so are those in whom two conditions meet. So these groups are counted with it, and it is
shown only where each of them is empty or large enough.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from surveys.definition import Question
from surveys.disclosure import MARGIN
from surveys.expressions import holds, names

# The answer that stands for the figure.
YES = "1"
# Groups are counted under a name that no question can have.
NAME = "~{}"
IN, OUT, MANY, WITHOUT, OUTSIDE = "in", "out", "many", "without{}", "outside"
JOINS = {"and", "or", "not"}
OPERATORS = {"=", "in", "has"}

Groups = Mapping[str, int]


def conditions(question: Question) -> list[Any]:
    """Return what a figure made of other answers joins by “or”."""
    return list(question.limits.get("any", ()))


def any_of(question: Question) -> list[Any]:
    return ["or", *conditions(question)]


def is_joined(question: Question) -> bool:
    """Tell whether its number of people joins several answers."""
    return question.is_derived or (question.base is not None and joins(question.base))


def joins(expression: list[Any]) -> bool:
    return len(leaves(expression)) > 1 or len(set(names(expression))) > 1


def leaves(expression: list[Any]) -> list[list[Any]]:
    if expression[0] in JOINS:
        return [leaf for operand in expression[1:] for leaf in leaves(operand)]
    return [expression]


def is_plain(expression: list[Any]) -> bool:
    """Tell whether it joins by “or” conditions of which each is an answer of its own."""
    parts = expression[1:]
    return (
        expression[0] == "or"
        and not any(part[0] in JOINS for part in parts)
        and len({repr(part) for part in parts}) == len(parts)
    )


def groups(
    question: Question, answers: Mapping[str, Any], asked: Collection[str]
) -> Iterator[str]:
    """Give the groups a response is in.

    Of conditions joined by “or”: who is in and out, in whom several hold, who is in without
    each. By adding and subtracting what is published nothing else can be had. Of other
    expressions every pattern of true and false is a group.
    """
    joined = any_of(question) if question.is_derived else question.base
    assert joined is not None
    if question.is_derived and not holds(question.base, answers):
        if holds(joined, answers):
            yield OUTSIDE
        return
    if not question.is_derived and not set(names(joined)) & set(asked):
        return
    held = [holds(leaf, answers) for leaf in leaves(joined)]
    if not is_plain(joined):
        yield "".join("01"[flag] for flag in held)
        return
    yield IN if any(held) else OUT
    if sum(held) > 1:
        yield MANY
    if any(held):
        yield from (WITHOUT.format(at) for at, flag in enumerate(held) if not flag)


def sizes(joined: list[Any], counted: Groups) -> dict[str, int]:
    """Return the groups as they were counted, the empty ones too; none if none were."""
    if not counted or not is_plain(joined):
        return dict(counted)
    every = [IN, OUT, MANY, *(WITHOUT.format(at) for at in range(len(joined) - 1))]
    return {**dict.fromkeys(every, 0), **counted}


def are_safe(sizes: Groups, smallest: int) -> bool:
    """Tell whether every group is empty or large enough; uncounted ones are not."""
    # Where the base of a figure cuts through one of its answers no rule is known.
    return bool(sizes) and all(
        n == 0 or (n >= smallest and name != OUTSIDE) for name, n in sizes.items()
    )


def without_answer(sizes: Groups, place: int) -> dict[str, int]:
    """Return the groups that are told where the table of one answer is withheld."""
    return {
        name: n
        for name, n in sizes.items()
        if name not in {MANY, WITHOUT.format(place)}
    }


def to_withhold(question: Question, counted: Groups, smallest: int) -> int | None:
    """Return which answer is withheld so that the figure can be shown, the last first.

    None where none need be, or where it would not help.
    """
    every = sizes(any_of(question), counted)
    if are_safe(every, smallest):
        return None
    places = reversed(range(len(conditions(question))))
    return next(
        (at for at in places if are_safe(without_answer(every, at), smallest)), None
    )


def shown_levels(
    sizes: Sequence[Groups], may_be_shown: Sequence[bool], smallest: int
) -> list[bool]:
    """Tell for which groups of a split a joined figure may stand beside its total."""
    people = [own.get(IN, 0) + own.get(OUT, 0) for own in sizes]
    shown = [
        flag and are_safe(own, smallest)
        for flag, own in zip(may_be_shown, sizes, strict=True)
    ]
    while any(shown):
        hidden = [own for own, flag in zip(sizes, shown, strict=True) if not flag]
        total: Counter[str] = Counter()
        for own in hidden:
            total.update(own)
        is_told = bool(total) and not are_safe(total, smallest)
        if not is_told and not _narrows(hidden, smallest):
            break
        seen = [place for place, flag in enumerate(shown) if flag]
        shown[min(seen, key=lambda place: people[place])] = False
    return shown


def _narrows(hidden: Sequence[Groups], smallest: int) -> bool:
    """Tell whether the sum over hidden levels tells a small group of one of them.

    Whoever knows each answer by level knows the figure of a level to lie between the most
    frequent answer and their sum; what the other levels leave of the sum may be narrower.
    """
    widest = [_bounds(own) for own in hidden]
    total = sum(own.get(IN, 0) for own in hidden)
    for place, (own, (low, high)) in enumerate(zip(hidden, widest, strict=True)):
        if IN not in own or are_safe(own, smallest):
            continue
        others = [bounds for at, bounds in enumerate(widest) if at != place]
        least = max(low, total - sum(most for _least, most in others))
        most = min(high, total - sum(least for least, _most in others))
        true = own.get(IN, 0)
        if (least > low and true - least < MARGIN) or (
            most < high and most - true < MARGIN
        ):
            return True
    return False


def _bounds(own: Groups) -> tuple[int, int]:
    inside = own.get(IN, 0)
    answers = [inside - n for name, n in own.items() if name.startswith("without")]
    whole = inside + own.get(OUT, 0)
    if MANY not in own:
        # Not every answer is told, or the base is no joined one.
        return max(answers, default=0), whole
    return max(answers), min(whole, sum(answers))
