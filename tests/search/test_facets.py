"""What a facet says there is, is what one gets."""

from random import Random

import pytest
from django.http import QueryDict
from django.utils import translation

from foundation.search import query
from foundation.search.facets import NAMES, Filters
from foundation.search.query import search
from foundation.search.registry import Document, Kind
from foundation.search.services import reindex
from tests.factories.territory import AreaFactory

pytestmark = pytest.mark.django_db

DICE = Random(7)
WORDS = ["пара", "жер", "мектеп", "жол"]
DAYS = [None, "2020-01-01", "2090-01-01"]


def documents(_ids):
    dice = Random(11)
    for number in range(120):
        words = dice.sample(WORDS, 2)
        yield Document(
            public_id=f"d{number}",
            title={"kk": " ".join(words), "ru": "взятка" if number % 3 else ""},
            body={"kk": "", "ru": ""},
            path=f"/x/{number}/",
            year=dice.choice([None, 2021, 2022, 2023]),
            area=dice.choice(["", "KZ-10", "KZ-11"]),
            topics=tuple(dice.sample(["land", "schools", "roads"], dice.randrange(3))),
            force=(
                (dice.choice(DAYS), None) if number % 2 else None  # half are acts
            ),
        )


@pytest.fixture(autouse=True)
def indexed():
    AreaFactory(iso="KZ-10", name_kk="Абай облысы")
    for kind, room in (("item", "library"), ("risk", "corruption_map")):
        reindex(Kind(room, kind, kind, documents))
    with translation.override("kk"):
        yield


def random_filters(dice, facets):
    chosen = {}
    for facet in dice.sample(facets, min(len(facets), dice.randrange(3))):
        chosen[facet.name] = dice.choice(facet.options).value
    return Filters(**chosen)


def test_counts_equal_results_in_500_random_filters():
    dice = Random(5)
    wrong = []
    for _time in range(500):
        word = dice.choice(WORDS)
        filters = random_filters(dice, search(word).facets)
        facet = dice.choice(search(word, filters=filters).facets)
        option = dice.choice(facet.options)
        wanted = Filters(**{**filters.chosen, facet.name: option.value})
        total = search(word, filters=wanted).total
        if total != option.count:
            wrong.append((word, wanted, option.count, total))

    assert wrong == []


def test_filters_narrow_down_in_the_database_where_finds_are_too_many(monkeypatch):
    monkeypatch.setattr(query, "MOST_HITS", 20)
    everything = search("пара")

    one_year = search("пара", filters=Filters(year="2021", topic="land"))

    assert everything.is_more
    assert all(o.count is None for facet in everything.facets for o in facet.options)
    assert 0 < one_year.total <= 20
    assert not one_year.is_more


def test_the_database_narrows_down_as_the_facets_do(monkeypatch):
    filters = [
        Filters(**{facet.name: option.value})
        for facet in search("пара").facets
        for option in facet.options
    ]
    exact = [search("пара", filters=one).total for one in filters]
    found = [len(query.found_ids("пара", one)) for one in filters]

    assert found == exact
    assert {name for one in filters for name in one.chosen} == set(NAMES)


@pytest.mark.parametrize(
    "address",
    [
        "year=x",
        "year=99999",
        "year=٢٠٢٢",
        "force=maybe",
        "area=%00",
        "topic=" + "x" * 99,
        "kind=<b>",
    ],
)
def test_an_odd_filter_breaks_nothing(client, address):
    response = client.get(f"/kk/search/?q=пара&{address}")

    assert response.status_code == 200
    assert "<b>" not in response.content.decode()


def test_filters_are_read_from_the_address():
    asked = QueryDict("q=x&year=2021&area=KZ-10&other=1")

    assert Filters.read(asked).chosen == {"year": "2021", "area": "KZ-10"}


def test_the_page_offers_facets_with_names_and_numbers(client):
    text = client.get("/kk/search/?q=пара&area=KZ-10").content.decode()

    assert "Абай облысы (" in text
    assert '<option value="KZ-10" selected>' in text
