"""Figures that join answers, and an attacker who adds and subtracts all that is shown."""

import os
from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.answering import shown
from surveys.definition import from_body
from surveys.expressions import holds
from surveys.flushing import add_counts
from surveys.kept import results_of
from surveys.results import cross_tables, tables, totals_of
from surveys.services.fielding import close_wave
from surveys.tally import ANSWERED, BASE, cell_of, count, marks
from tests.factories.surveys import fielded, option, question
from tests.surveys.test_publishing import released

SMALLEST = 10
# `SURVEY_ATTACKS=500` searches for longer.
EXAMPLES = int(os.environ.get("SURVEY_ATTACKS", "3"))
REFUSED = option(99, missing="refused")
MET = ["=", "contact", 1]
EITHER = [["=", "gave", 1], ["=", "asked", 1]]
ITEMS = [
    question("contact", codes=(1, 2)),
    question("gave", base=MET) | {"choices": [option(1), option(2), REFUSED]},
    question("asked", base=MET) | {"choices": [option(1), option(2), REFUSED]},
    question("bribery", "derived", codes=(1,), base=MET, limits={"any": EITHER}),
    question("who", codes=(1, 2), base=["or", *EITHER]),
    question("proud", codes=(1, 2), base=["not", ["=", "gave", 1]]),
    question("both", codes=(1, 2), base=["and", *EITHER]),
    question("sex", codes=(1, 2)),
]
FORM = from_body({"code": "x", "number": 1, "title": {}, "items": ITEMS})


def answered(**given):
    return {name: value for name, value in given.items() if value}


def everybody_there_could_be():
    """Every way to answer what the figures are made of."""
    ways = product(
        (0, 1, 2), (0, 1, 2), (0, 1, 2, 99), (0, 1, 2, 99), (0, 1), (0, 1), (1,)
    )
    names = ("sex", "contact", "gave", "asked", "who", "proud", "both")
    found = {
        tuple(sorted(shown(FORM, answered(**dict(zip(names, way, strict=True))))[0].items()))
        for way in ways
    }  # fmt: skip
    return [dict(person) for person in sorted(found, key=str)]


PEOPLE = everybody_there_could_be()


def is_meant(figure, person):
    """Tell whether somebody is one of those whom a figure counts."""
    name, code, level = figure
    if level and str(person.get("sex")) != level:
        return False
    if not name:
        return True
    item = FORM.question(name)
    if not holds(item.base, person):
        return False
    if code == "asked":
        return True
    if item.is_derived:
        return holds(["or", *EITHER], person)
    if code == "valid":
        return person.get(name) in item.valid_codes
    return str(person.get(name)) == code


def figures_of(wave):
    totals = totals_of(wave)
    found = {("", "", ""): totals.responses}
    for table in tables(wave, totals):
        found[table.code, "asked", ""] = table.base
        if table.of_valid:
            found[table.code, "valid", ""] = table.of
        found |= {(table.code, c.code, ""): c.n for c in table.cells}
    for cross in cross_tables(wave, totals):
        for level in cross.levels:
            found[cross.code, "asked", level.code] = level.base
            found |= {(cross.code, c.code, level.code): c.n for c in level.cells}
    return {who: n for who, n in found.items() if n is not None}


def store(wave, people):
    """Count people, given as (answers, how many)."""
    total = Counter()
    for person, n in people:
        cell = cell_of(wave.splits, person)
        for name, code in marks(wave.questionnaire.definition, person, set()):
            total[name, cell, code] += n
    add_counts(wave, +total)


def isolated(figures):
    """Return what adding and subtracting up to three figures tells of a small group."""
    who = list(figures)
    sets = np.array(
        [[is_meant(figure, person) for person in PEOPLE] for figure in who],
        dtype=np.int8,
    )
    n = np.array([figures[figure] for figure in who])
    found = []
    for third in range(len(who)):
        for sign in (1, -1):
            groups = sets[:, None, :] + sign * sets[None, :, :] - sets[third]
            sizes = n[:, None] + sign * n[None, :] - n[third]
            is_group = ((groups == 0) | (groups == 1)).all(axis=2)
            small = np.argwhere(is_group & (sizes > 0) & (sizes < SMALLEST))
            found += [(*(who[at] for at in pair), sign, who[third]) for pair in small]
    return found


@pytest.mark.django_db
@given(
    st.lists(
        st.sampled_from([0, 0, 0, 0, 1, 3, 8, 10, 11, 25, 60]),
        min_size=len(PEOPLE),
        max_size=len(PEOPLE),
    )
)
@settings(max_examples=EXAMPLES, deadline=None)
def test_no_three_figures_isolate_a_small_group(numbers):
    wave = fielded(ITEMS, splits=["sex"])
    store(wave, zip(PEOPLE, numbers, strict=True))
    wave.state = "closed"

    assert isolated(figures_of(wave)) == []


@pytest.mark.django_db
def test_the_attack_finds_what_is_not_protected():
    figures = {
        ("contact", "1", ""): 60, ("gave", "1", ""): 30, ("asked", "1", ""): 27,
        ("bribery", "1", ""): 54,
    }  # fmt: skip

    assert (
        ("gave", "1", ""),
        ("asked", "1", ""),
        1,
        ("bribery", "1", ""),
    ) in isolated(figures)


# Of twenty: six met nobody, of fourteen two refuse both, five gave, four were asked, of
# whom two gave as well: seven of fourteen.
TWENTY = [
    ({"contact": 2}, 4),
    ({}, 2),
    ({"contact": 1, "gave": 1, "asked": 2}, 2),
    ({"contact": 1, "gave": 1, "asked": 1}, 2),
    ({"contact": 1, "gave": 1}, 1),
    ({"contact": 1, "gave": 99, "asked": 1}, 1),
    ({"contact": 1, "gave": 2, "asked": 1}, 1),
    ({"contact": 1, "gave": 2, "asked": 2}, 5),
    ({"contact": 1, "gave": 99, "asked": 99}, 2),
    # A forged answer of somebody who met no official does not count.
    ({"contact": 2, "gave": 1, "asked": 1}, 0),
]


def test_prevalence_is_of_those_who_met_an_official():
    total = count(FORM, [], ((p, set()) for p, n in TWENTY for _ in range(n)))

    assert sum(n for _p, n in TWENTY) == 20
    assert total["bribery", "", BASE] == total["bribery", "", ANSWERED] == 14
    assert total["bribery", "", "1"] == 7
    assert total["gave", "", BASE] == 14
    assert total["contact", "", BASE] == 20


def test_who_met_nobody_never_enters():
    total = count(FORM, [], iter([({"contact": 2, "gave": 1, "asked": 1}, set())]))

    assert not [key for key in total if key[0] in {"bribery", "gave", "~bribery"}]


@pytest.mark.django_db
def test_a_figure_is_shown_with_its_base_once_the_wave_is_closed():
    wave = fielded(ITEMS, splits=["sex"])
    store(
        wave, [({**person, "sex": s}, 10 * n) for person, n in TWENTY for s in (1, 2)]
    )
    open_codes = [table.code for table in results_of(wave).tables]

    results = results_of(close_wave(wave=wave, by=None))

    table = results.tables[0]
    assert "bribery" not in open_codes
    assert table.code == results.crosses[0].code == "bribery"
    assert (table.base, table.cells[0].n, table.cells[0].percent) == (280, 140, 50)
    levels = results.crosses[0].levels
    assert [level.cells[0].n for level in levels] == [70, 70]


@pytest.mark.django_db
def test_a_release_has_the_prevalence_with_its_interval(client):
    wave = fielded(ITEMS, splits=["sex"], sample="invited_probability")
    store(
        wave, [({**person, "sex": s}, 10 * n) for person, n in TWENTY for s in (1, 2)]
    )
    release = released(close_wave(wave=wave, by=None))

    share = release.estimates.get(position=0)
    page = client.get(release.get_absolute_url()).content.decode()

    assert (share.question, share.n, share.base, share.p) == ("bribery", 140, 280, 0.5)
    assert 0.43 < share.low < 0.45 < 0.55 < share.high < 0.57
    assert page.index("Text of bribery") < page.index("Text of contact")


@pytest.mark.django_db
def test_running_numbers_are_rounded():
    wave = fielded(ITEMS)
    store(wave, [({"contact": 1, "gave": 1, "asked": 2}, 43), ({"contact": 2}, 21)])

    results = results_of(wave)

    shares = {t.code: (t.base, [c.n for c in t.cells]) for t in results.tables}
    assert results.responses == 60
    assert shares["contact"] == (60, [40, 20])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"any": [["=", "gave", 1]]},
        {"any": [["=", "gave", 1], ["=", "nobody", 1]]},
        {"any": [["=", "gave", 1], ["=", "gave", 2]]},
        {"any": [["=", "gave", 1], ["!=", "asked", 1]]},
        {"any": [["=", "gave", 1], "asked"]},
    ],
)
def test_a_figure_that_cannot_be_made_is_not_fielded(limits):
    broken = question("bribery", "derived", codes=(1,), limits=limits)

    with pytest.raises(Exception, match="bribery"):
        fielded([*ITEMS[:3], broken])


@pytest.mark.django_db
def test_a_figure_is_asked_of_nobody(client):
    wave = fielded(ITEMS)

    page = client.post(
        f"/en/surveys/answer/{wave.public_id}/", {"page": "1", "contact": "1"}
    )

    assert b"Text of gave" in page.content
    assert b"Text of bribery" not in page.content
