"""Weights of cells and estimates with their precision, from the kept counts alone.

A weight is the same for all of a cell, so a new weighting reads some thousand counts and
no response, however many there are.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from surveys.kept import results_of
from surveys.models import Count, Estimate, Wave, WeightScheme
from surveys.results import PAIR, countable
from surveys.statistics.intervals import logit, wilson
from surveys.statistics.variance import Design, design, design_effect_of, ratio
from surveys.statistics.weights import (
    LevelError,
    Margin,
    WeightingError,
    Weights,
    design_effect,
    effective_number,
    poststratify,
    rake,
    trim,
)
from surveys.tally import BASE

FEW = 30
WIDE = 0.10


def cells_of(wave: Wave) -> dict[str, int]:
    rows = Count.objects.filter(wave=wave, question="", code=BASE)
    return dict(rows.order_by("cell").values_list("cell", "n"))


def level_in(wave: Wave, question: str, cell: str) -> str:
    if question not in wave.splits:
        raise WeightingError(f"Counts are not kept by {question}, so it is no margin")
    level: str = cell.split("|")[wave.splits.index(question)]
    return level


def base_weights(wave: Wave, cells: Sequence[str]) -> list[float]:
    """Return the design weight of each cell: that of its stratum, or one."""
    if not wave.strata:
        return [1.0] * len(cells)
    place = len(wave.splits)
    return [float(wave.strata[cell.split("|")[place]]) for cell in cells]


def margins_of(scheme: WeightScheme, cells: list[str]) -> list[Margin]:
    return [
        Margin(
            margin["question"],
            [level_in(scheme.wave, margin["question"], cell) for cell in cells],
            {str(level): float(n) for level, n in margin["targets"].items()},
        )
        for margin in scheme.margins
    ]


def placed(scheme: WeightScheme, counts: Mapping[str, int]) -> list[str]:
    """Return the cells whose people said what the margins are about.

    Who refused or left out a margin's question cannot be weighted; how many they are is
    kept with the weighting. A level that is an answer but has no target is an error.
    """
    definition = scheme.wave.questionnaire.definition
    missing: dict[str, set[str]] = {}
    for margin in scheme.margins:
        question = definition.question(margin["question"])
        codes = [o for o in question.choices if o.missing] if question else []
        missing[margin["question"]] = {""} | {str(o.code) for o in codes}
    return [
        cell
        for cell in counts
        if not any(
            level_in(scheme.wave, name, cell) in levels
            for name, levels in missing.items()
        )
    ]


@dataclass(frozen=True)
class Weighted:
    """The weights of cells with what describes them."""

    cells: list[str]
    weights: list[float]
    diagnostics: dict[str, Any]


def weigh(scheme: WeightScheme) -> Weighted:
    """Compute the weights of a scheme; a WeightingError says why it cannot be."""
    counts = cells_of(scheme.wave)
    cells = placed(scheme, counts)
    n = np.array([counts[cell] for cell in cells], dtype=float)
    if not len(n):
        raise LevelError("Nobody answered what the margins are about")
    margins = margins_of(scheme, cells)
    base = base_weights(scheme.wave, cells)
    if scheme.kind == WeightScheme.Kind.NONE:
        found = Weights(np.array(base), 0, 0.0)
    elif scheme.kind == WeightScheme.Kind.RAKE:
        found = rake(n, margins, base)
    elif len(margins) == 1:
        found = poststratify(n, margins[0], base)
    else:
        raise WeightingError("Post-stratification takes one margin; rake several")
    weights = found.weights * n.sum() / (found.weights @ n)
    if scheme.trim_low is not None or scheme.trim_high is not None:
        low = -np.inf if scheme.trim_low is None else scheme.trim_low
        high = np.inf if scheme.trim_high is None else scheme.trim_high
        weights = trim(n, weights, low=low, high=high)
    return Weighted(
        cells,
        [float(w) for w in weights],
        {
            "iterations": found.iterations,
            "largest_gap": found.largest_gap,
            "deff": design_effect(n, weights),
            "n_eff": effective_number(n, weights),
            "least": float(weights.min()),
            "greatest": float(weights.max()),
            "left_out": int(sum(counts.values()) - n.sum()),
        },
    )


@dataclass(frozen=True)
class Figures:
    """Counts by question, cell and code, read once for a release."""

    wave: Wave
    scheme: WeightScheme | None
    cells: list[str]
    people: dict[str, int]
    weights: dict[str, float]
    counts: dict[str, dict[str, dict[str, int]]]


def figures(wave: Wave, scheme: WeightScheme | None) -> Figures:
    counts: dict[str, dict[str, dict[str, int]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    rows = Count.objects.filter(wave=wave).values_list("question", "cell", "code", "n")
    for question, cell, code, n in rows.iterator(chunk_size=10_000):
        if question.startswith(PAIR):
            second = wave.pairs[int(question.removeprefix(PAIR))][1]
            level, name, answer = code.split(PAIR)
            counts[PAIR.join((name, second, level))][cell][answer] = n
        else:
            counts[question][cell][code] = n
    people = cells_of(wave)
    weights: dict[str, float] = (
        dict(scheme.weights)
        if scheme
        else dict(zip(people, base_weights(wave, list(people)), strict=True))
    )
    return Figures(wave, scheme, sorted(weights), people, weights, counts)


def _sample(found: Figures, parts: list[tuple[str, float]]) -> Design:
    cells = [cell for cell, _n in parts]
    scheme = found.scheme
    is_fitted = scheme is not None and scheme.kind != WeightScheme.Kind.NONE
    return design(
        [n for _cell, n in parts],
        [found.weights[cell] for cell in cells],
        margins=margins_of(scheme, cells) if is_fitted and scheme else (),
        calibration=scheme.kind if is_fitted and scheme else "none",
        base=base_weights(found.wave, cells),
    )


def estimate(
    found: Figures,
    question: str,
    code: str,
    valid: set[str] | None,
    level: tuple[str, str] | None,
) -> dict[str, float] | None:
    """Estimate the share of a code; `valid` are the codes percentages are of.

    Each cell is parted into who said so, who said otherwise and who is not in the base:
    within a part all are alike, so the variance is that of the rows.
    """
    parts: list[tuple[str, float]] = []
    y: list[float] = []
    x: list[float] = []
    is_pair = level is not None and level[0] not in found.wave.splits
    key = PAIR.join((question, *level)) if is_pair and level else question
    for cell in found.cells:
        own = found.counts[key].get(cell, {})
        inside = (
            level is None or is_pair or level_in(found.wave, level[0], cell) == level[1]
        )
        base = (
            sum(own.get(answer, 0) for answer in valid)
            if valid is not None
            else own.get(BASE, 0)
        ) * inside
        said = own.get(code, 0) * inside
        for size, is_said, is_in in (
            (said, 1.0, 1.0),
            (base - said, 0.0, 1.0),
            (found.people[cell] - base, 0.0, 0.0),
        ):
            if size > 0:
                parts.append((cell, float(size)))
                y.append(is_said)
                x.append(is_in)
    if not any(x):
        return None
    sample = _sample(found, parts)
    result = ratio(y, x, sample)
    inside_now = [place for place, flag in enumerate(x) if flag]
    n, weights = sample.counts[inside_now], sample.weights[inside_now]
    kish = {"deff": design_effect(n, weights), "n_eff": effective_number(n, weights)}
    if not found.wave.is_probability:
        return {"p": result.value, **kish}
    if result.value in (0.0, 1.0):
        low, high = wilson(result.value * result.n, result.n)
    else:
        low, high = logit(result.value, result.se, degrees=result.degrees)
        kish["deff"] = design_effect_of(result, result.n)
    return {"p": result.value, "se": result.se, "low": low, "high": high, **kish}


def estimates(wave: Wave, scheme: WeightScheme | None) -> Iterator[dict[str, Any]]:
    """Give each figure of a release; what tables hide is given without figures."""
    found = figures(wave, scheme)
    kinds = {
        name: question
        for name, question, _row in countable(wave.questionnaire.definition)
    }
    results = results_of(wave)
    for table in results.tables:
        valid = (
            {c.code for c in table.cells if not c.is_missing}
            if table.of_valid
            else None
        )
        for cell in table.cells:
            is_hidden = cell.n is None or (cell.is_missing and valid is not None)
            made = (
                None
                if is_hidden
                else estimate(found, table.code, cell.code, valid, None)
            )
            yield _row(
                table.code, cell.code, "", "", cell.n if made else None, table.of, made
            )
    for cross in results.crosses:
        if kinds[cross.code].kind == "ranking":
            continue
        for level in cross.levels:
            for cell in level.cells:
                where = (cross.split, level.code)
                made = (
                    None
                    if cell.n is None
                    else estimate(found, cross.code, cell.code, None, where)
                )
                n = cell.n if made else None
                yield _row(cross.code, cell.code, *where, n, level.base, made)


def _row(
    question: str,
    code: str,
    split: str,
    level: str,
    n: int | None,
    base: int | None,
    made: dict[str, float] | None,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "question": question,
        "code": code,
        "split": split,
        "level": level,
        "n": n,
        "base": base if made else None,
        "flag": Estimate.Flag.SUPPRESSED,
    }
    if made is None:
        return row
    half = (made["high"] - made["low"]) / 2 if "high" in made else 0
    is_low = (base or 0) < FEW or half > WIDE
    row["flag"] = Estimate.Flag.LOW if is_low else Estimate.Flag.OK
    return {**row, **made}
