"""Figures that join answers, and an attacker who adds and subtracts all that is shown."""

import os
from collections import Counter
from itertools import product

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.answering import shown
from surveys.crossing import cross_tables
from surveys.definition import from_body
from surveys.expressions import holds
from surveys.flushing import add_counts, counted_again, differences
from surveys.kept import results_of
from surveys.models import Count, Response, Wave
from surveys.pairs import pair_counts
from surveys.results import tables, totals_of
from surveys.services.fielding import close_wave
from surveys.tally import ANSWERED, BASE, cell_of, count, marks
from tests.factories.accounts import UserFactory
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


def everybody_there_could_be(form, **codes):
    """Return every way to answer what the figures are made of."""
    found = {
        tuple(sorted(shown(form, {k: v for k, v in zip(codes, way, strict=True) if v})[0].items()))
        for way in product(*codes.values())
    }  # fmt: skip
    return [dict(person) for person in sorted(found, key=str)]


PEOPLE = everybody_there_could_be(
    FORM,
    sex=(0, 1, 2),
    contact=(0, 1, 2),
    gave=(0, 1, 2, 99),
    asked=(0, 1, 2, 99),
    who=(0, 1),
    proud=(0, 1),
    both=(1,),
)


def is_meant(form, figure, person):
    """Tell whether somebody is one of those whom a figure counts."""
    name, code, level = figure
    if level and str(person.get(level[0])) != level[1]:
        return False
    if not name:
        return True
    item = form.question(name)
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
            where = (cross.split, level.code)
            found[cross.code, "asked", where] = level.base
            found |= {(cross.code, c.code, where): c.n for c in level.cells}
    # How many answered at all is no secret, however few.
    is_few = totals.responses < SMALLEST
    return {who: n for who, n in found.items() if n is not None and not is_few}


def store(wave, people):
    """Count people, given as (answers, how many)."""
    total = Counter()
    definition = wave.questionnaire.definition
    for person, n in people:
        cell = cell_of(wave.splits, person)
        for name, code in marks(definition, person, set()):
            total[name, cell, code] += n
        for key in pair_counts(wave, definition, person, cell):
            total[key] += n
    add_counts(wave, +total)


def isolated(form, people, figures):
    """Return what adding and subtracting up to three figures tells of a small group."""
    who = list(figures)
    sets = np.array(
        [[is_meant(form, figure, person) for person in people] for figure in who],
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

    assert isolated(FORM, PEOPLE, figures_of(wave)) == []


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
    ) in isolated(FORM, PEOPLE, figures)


TOLD = [
    *ITEMS[:2],
    question("sex", codes=(1, 2)),
    question("know") | {"choices": [option(1), option(2), option(3), REFUSED]},
]
TOLD_FORM = from_body({"code": "x", "number": 1, "title": {}, "items": TOLD})
TOLD_PEOPLE = everybody_there_could_be(
    TOLD_FORM,
    sex=(0, 1, 2),
    contact=(0, 1, 2),
    gave=(0, 1, 2, 99),
    know=(0, 1, 2, 3, 99),
)
PAIRS = [["gave", "know"], ["contact", "know"]]


@pytest.mark.django_db
@given(
    st.lists(
        st.sampled_from([0, 0, 0, 0, 1, 3, 8, 10, 11, 25, 60]),
        min_size=len(TOLD_PEOPLE),
        max_size=len(TOLD_PEOPLE),
    )
)
@settings(max_examples=EXAMPLES, deadline=None)
def test_no_three_figures_of_pairs_isolate_a_small_group(numbers):
    wave = fielded(TOLD, splits=["sex"], pairs=PAIRS)
    store(wave, zip(TOLD_PEOPLE, numbers, strict=True))
    wave.state = "closed"

    assert isolated(TOLD_FORM, TOLD_PEOPLE, figures_of(wave)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "pairs",
    [
        "gave",
        ["gave"],
        [["gave"]],
        [["gave", 1]],
        [["gave", "gave"]],
        [["gave", "nobody"]],
        [["know", "gave"], ["gave", "know"]],
        [["gave", "sex"]],
        [["gave", "contact"]],
        [["gave", "know"]] * 11,
    ],
)
def test_what_is_no_pair_is_refused(pairs):
    with pytest.raises(ValidationError, match=r"pair|together"):
        fielded(TOLD, splits=["sex"], pairs=pairs)


@pytest.mark.django_db
def test_what_a_figure_joins_is_no_pair():
    with pytest.raises(ValidationError, match="joins them already"):
        fielded(ITEMS, pairs=[["gave", "asked"]])


@pytest.mark.django_db
def test_a_pair_is_counted_at_the_close_and_weighted(client):
    wave = fielded(
        TOLD, splits=["sex"], pairs=PAIRS[:1], sample="invited_probability", invited=500
    )
    people = [(1, 1, 30), (1, 2, 20), (2, 1, 25), (2, 2, 25)]
    Response.objects.bulk_create(
        Response(
            wave=wave,
            language="kk",
            seed=0,
            cell=str(1 + i % 2),
            answers={"contact": 1, "gave": gave, "know": know, "sex": 1 + i % 2},
        )
        for gave, know, n in people
        for i in range(n)
    )
    add_counts(wave, counted_again(wave))
    release = released(close_wave(wave=wave, by=None))

    share = release.estimates.get(question="gave", code="1", split="know", level="1")
    page = client.get(release.get_absolute_url()).content.decode()

    assert (share.n, share.base, share.p) == (30, 55, pytest.approx(30 / 55))
    assert share.low < share.p < share.high
    assert "Text of gave × Text of know" in page
    assert differences(wave) == []


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
def test_an_answer_is_withheld_where_two_meet_in_few():
    wave = fielded(ITEMS, splits=["sex"])
    met = {"contact": 1, "sex": 1}
    people = [
        ({**met, "gave": 1, "asked": 1}, 4),
        ({**met, "gave": 1, "asked": 2, "who": 1}, 40),
        ({**met, "gave": 2, "asked": 1, "who": 2}, 30),
        ({**met, "gave": 2, "asked": 2}, 200),
        ({"contact": 2, "sex": 2}, 50),
    ]
    store(wave, people)

    results = results_of(close_wave(wave=wave, by=None))

    found = {table.code: table for table in results.tables}
    assert found["bribery"].cells[0].n == 74
    assert found["gave"].cells[0].n == 44
    assert found["asked"].base is None
    # Who was asked this is the figure itself.
    assert found["who"].base == 74
    assert "asked" not in {cross.code for cross in results.crosses}


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


@pytest.fixture
def desk(client, settings):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(root=True))
    return client


def saved(desk, wave, pairs):
    address = reverse("admin:surveys_wave_change", args=[wave.pk])
    languages = ("kk", "ru", "en")
    data = {
        **{f"label_{code}": "Wave" for code in languages},
        **{f"population_{code}": "All" for code in languages},
        "opens_on": "2020-01-01",
        "closes_on": "2099-01-01",
        "pairs-TOTAL_FORMS": len(pairs),
        "pairs-INITIAL_FORMS": "0",
        **{f"pairs-{n}-first": pair[0] for n, pair in enumerate(pairs)},
        **{f"pairs-{n}-second": pair[1] for n, pair in enumerate(pairs)},
    }
    return desk.post(address, data)


@pytest.mark.django_db
def test_staff_choose_pairs_until_the_results_are_published(desk):
    wave = close_wave(wave=fielded(TOLD, splits=["sex"], invited=500), by=None)
    said = {"contact": 1, "gave": 1, "know": 2}
    Response.objects.create(wave=wave, language="kk", seed=0, cell="1", answers=said)

    refused = saved(desk, wave, [["gave", "gave"]])
    saved(desk, wave, PAIRS[:1])

    assert b"no pair of two questions" in refused.content
    assert Count.objects.filter(wave=wave, question="×0").exists()
    released(Wave.objects.get(pk=wave.pk))
    saved(desk, wave, [])
    assert Wave.objects.get(pk=wave.pk).pairs == PAIRS[:1]
