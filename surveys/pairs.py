"""Pairs of questions that are shown together, as staff declare them for a wave.

They are counted once, at the close, and kept with the other counts: under a name that no
question has, the answer to the second, the name of the first and its answer in the code.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from surveys import joined
from surveys.answering import shown
from surveys.definition import Definition
from surveys.expressions import names
from surveys.flushing import add_counts
from surveys.models import Count, Wave
from surveys.results import PAIR
from surveys.tally import level_of, marks

MOST = 10
FIRST = {"single", "scale", "multiple", "matrix", "derived"}
SECOND = {"single", "scale"}


def check_pairs(wave: Wave, definition: Definition) -> None:
    """Refuse pairs that are none, or too many for anybody to read."""
    if not isinstance(wave.pairs, list) or len(wave.pairs) > MOST:
        raise ValidationError(_("Write a list of ten pairs at most"))
    seen = set()
    for pair in wave.pairs:
        is_pair = isinstance(pair, list) and [type(name) for name in pair] == [str, str]
        first, second = (
            (definition.question(n) for n in pair) if is_pair else (None, None)
        )
        if first is None or second is None or first is second or tuple(pair) in seen:
            raise ValidationError(
                _("%(pair)s is no pair of two questions") % {"pair": pair}
            )
        is_counted = first.kind in FIRST and second.kind in SECOND
        if not is_counted or {first.code, second.code} & set(wave.splits):
            raise ValidationError(
                _("%(pair)s cannot be shown together: see the kinds of the questions")
                % {"pair": pair}
            )
        if any({first.code, second.code} <= looked for looked in _joined(definition)):
            # The figure and the table together would tell of small groups.
            raise ValidationError(
                _("%(pair)s cannot be shown together: a figure joins them already")
                % {"pair": pair}
            )
        seen |= {tuple(pair), tuple(reversed(pair))}


def _joined(definition: Definition) -> Iterator[set[str]]:
    """Give the questions that a figure or a condition joins."""
    for question in definition.items:
        if question.is_derived:
            yield {question.code, *names(joined.any_of(question))}
        if question.base is not None:
            yield {question.code, *names(question.base)}


def pair_counts(
    wave: Wave, definition: Definition, answers: Mapping[str, Any], cell: str
) -> Iterator[tuple[str, str, str]]:
    """Give what one response adds a one to."""
    found = list(marks(definition, answers, set()))
    counted, _asked = shown(definition, answers)
    met: set[str] = set()
    for place, (first, second) in enumerate(wave.pairs):
        level = level_of(counted.get(second))
        for name, code in _of(first, found, with_whole=second not in met):
            yield f"{PAIR}{place}", cell, PAIR.join((level, name, code))
        met.add(second)


@transaction.atomic
def count_pairs(wave: Wave) -> None:
    """Count the pairs of a closed wave anew from its responses; once, not per reader."""
    Count.objects.filter(wave=wave, question__startswith=PAIR).delete()
    if not wave.pairs:
        return
    definition = wave.questionnaire.definition
    total: Counter[tuple[str, str, str]] = Counter()
    rows = wave.responses.values_list("answers", "cell").iterator(chunk_size=5_000)
    for answers, cell in rows:
        total.update(pair_counts(wave, definition, answers, cell))
    add_counts(wave, total)


def _of(
    question: str, found: list[tuple[str, str]], *, with_whole: bool
) -> Iterator[tuple[str, str]]:
    """Give what counts for a question, and once for the whole response."""
    wanted = {question, joined.NAME.format(question)}
    if with_whole:
        wanted.add("")
    return (mark for mark in found if mark[0].partition(".")[0] in wanted)
