"""Results by area: a map that shows what the table shows, weights from populations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.territory.models import AreaPopulation
from surveys.areas import area_map, bands_of, outlines, shade_of
from surveys.flushing import add_counts
from surveys.kept import results_of
from surveys.models import WeightScheme
from surveys.services.fielding import close_wave
from surveys.services.publishing import compute_weights
from surveys.tally import count
from tests.factories.surveys import fielded, question
from tests.factories.territory import AreaFactory

pytestmark = pytest.mark.django_db

# Area: how many said yes and how many no; two people of the last one.
PEOPLE = {
    "KZ-10": (30, 70),
    "KZ-11": (60, 40),
    "KZ-15": (80, 90),
    "KZ-75": (45, 55),
    "KZ-79": (12, 14),
    "KZ-71": (2, 0),
}
ITEMS = [
    question("yes", codes=(1, 2)),
    question("home", "area", codes=()),
    question("sex", codes=(1, 2)),
]


@pytest.fixture
def wave():
    for at, iso in enumerate(PEOPLE, start=1):
        area = AreaFactory(iso=iso, kind="region", label_latitude=None)
        AreaPopulation.objects.create(
            area=area, date="2019-07-01", value=100 * at, source="Bureau"
        )
    wave = fielded(ITEMS, splits=["home", "sex"], sample="invited_probability")
    people = [
        {"yes": yes, "home": iso, "sex": 1 + n % 2}
        for iso, numbers in PEOPLE.items()
        for yes, many in zip((1, 2), numbers, strict=True)
        for n in range(many)
    ]
    add_counts(
        wave,
        count(wave.questionnaire.definition, wave.splits, ((p, set()) for p in people)),
    )
    return close_wave(wave=wave, by=None)


def by_area(wave):
    return next(c for c in results_of(wave).crosses if c.split == "home")


def test_a_map_shows_what_the_table_shows(wave):
    drawn = area_map(by_area(wave))

    shares = {place.code: place.percent for place in drawn.places}
    table = {level.code: level.cells[0].percent for level in by_area(wave).levels}
    assert shares == {iso: table[iso] for iso in PEOPLE}
    assert shares["KZ-71"] is None
    assert {p.code: p.shade for p in drawn.places}["KZ-71"] == 0
    assert [p.code for p in drawn.places if p.point] == ["KZ-71", "KZ-75", "KZ-79"]


def test_a_page_has_the_map_and_each_outline_once(client, wave):
    page = client.get(wave.get_absolute_url()).content.decode()

    assert 'href="#area-KZ-11"' in page
    assert page.count('id="area-KZ-11"') == 1


def test_one_area_alone_is_no_map(wave):
    cross = by_area(wave)
    alone = [level for level in cross.levels if level.code == "KZ-10"]

    assert area_map(cross.__class__(**{**vars(cross), "levels": alone})) is None
    assert set(PEOPLE) <= set(outlines()["areas"])


@given(st.lists(st.floats(0, 100), min_size=2, max_size=20))
def test_each_share_lies_in_its_class(shares):
    bands = bands_of(shares)

    for share in shares:
        band = next(b for b in bands if b.shade == shade_of(share, bands))
        assert band.low - 1e-9 <= share <= band.high + 1e-9


def weigh(wave, *margins):
    scheme = WeightScheme.objects.create(wave=wave, kind="rake", margins=list(margins))
    return compute_weights(scheme=scheme, by=None)


def test_weights_are_fitted_to_the_populations_of_the_areas(wave):
    scheme = weigh(wave, {"question": "home", "targets": "population"})

    assert scheme.state == "ready"
    assert scheme.margins[0]["targets"] == {
        iso: 100 * at for at, iso in enumerate(PEOPLE, start=1)
    }
    assert scheme.margins[0]["source"] == "Bureau"
    weights = scheme.weights
    assert weights["KZ-11|1"] / weights["KZ-10|1"] == pytest.approx(2, rel=1e-9)


def test_populations_stand_beside_margins_in_per_cent(wave):
    scheme = weigh(
        wave,
        {"question": "home", "targets": "population"},
        {"question": "sex", "targets": {"1": 48, "2": 52}},
    )

    assert scheme.state == "ready", scheme.failure
    assert sum(scheme.margins[0]["targets"].values()) == pytest.approx(100)


@pytest.mark.parametrize(
    ("name", "words"), [("sex", "of areas only"), ("home", "No populations")]
)
def test_populations_that_are_not_known_are_stated(wave, name, words):
    AreaPopulation.objects.all().delete()

    scheme = weigh(wave, {"question": name, "targets": "population"})

    assert scheme.state == "failed"
    assert words in scheme.failure
