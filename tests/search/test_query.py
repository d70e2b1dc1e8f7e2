import pytest
from django.core.management import call_command
from django.utils import translation

from corruption_map.models import Risk
from foundation.search.facets import Filters
from foundation.search.models import SearchDocument
from foundation.search.query import search
from foundation.search.registry import kinds
from foundation.search.services import index, reindex
from tests.factories.corruption_map import (
    MeasureFactory,
    RiskFactory,
    VulnerablePositionFactory,
)
from tests.factories.territory import AreaFactory, PublicBodyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kazakh():
    with translation.override("kk"):
        yield


def risk(kk="Тәуекел", ru="Риск", en="Risk", **fields):
    row = RiskFactory(published=True, title_kk=kk, title_ru=ru, title_en=en, **fields)
    index("risk", row.public_id)
    return row


def titles(question, **options):
    return [find.title.plain for find in search(question, **options).finds]


@pytest.mark.parametrize(
    "question",
    ["пара", "параның", "ПАРАСЫ", "өңірде", "онирдегі", "өңірлердің", "пара өңір"],
)
def test_kazakh_question_in_any_form_finds(question):
    risk(kk="Өңірлердегі паралар")
    risk(kk="Парақтар мен заңгерлер")

    assert titles(question) == ["Өңірлердегі паралар"]


@pytest.mark.parametrize("question", ["взятка", "взятками", "берёт", "берет", "Взятки"])
def test_russian_question_finds(question):
    risk(ru="Кто берёт взятки")

    assert titles(question) == ["Кто берёт взятки"]


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("взятка", "взяток"),
        ("закупки", "закупок"),
        ("списка", "список"),
        ("список", "списка"),
        ("органы", "орган"),
        ("орган", "органы"),
        ("уровня", "уровень"),
    ],
)
def test_a_form_that_the_stemmer_parts_is_marked_as_found(question, form):
    risk(ru=f"Один {form} или больше")

    (find,) = search(question).finds

    assert f"<mark>{form}</mark>" in find.highlighted_title


@pytest.mark.parametrize(
    "question", ["bribe", "bribes", "Taking bribes", '"taking bribe"']
)
def test_english_question_finds(question):
    risk(en="Taking bribes")

    assert titles(question) == ["Taking bribes"]


def test_all_words_are_wanted():
    risk(kk="Пара алу")

    assert titles("пара сот") == []


def test_quoted_words_stand_together():
    risk(kk="Мемлекеттік сатып алу")
    risk(kk="Сатып жіберу мен алу")

    assert titles("«сатып алу»") == ["Мемлекеттік сатып алу"]


def test_word_can_be_excluded():
    risk(kk="Пара алу")
    risk(kk="Пара беру")

    assert titles("пара -беру") == ["Пара алу"]


def test_object_is_found_once_and_in_the_readers_language():
    risk(kk="IT бағдарлама", ru="IT программа", en="IT programme")

    assert titles("IT") == ["IT бағдарлама"]


def test_title_counts_more_than_text():
    risk(kk="Басқа", description_kk="Мұнда пара туралы")
    risk(kk="Пара туралы")

    assert titles("пара") == ["Пара туралы", "Басқа"]


def test_drafts_are_not_found():
    row = RiskFactory(title_kk="Пара")
    index("risk", row.public_id)

    assert titles("пара") == []


def test_withdrawn_risk_is_found_no_more():
    row = risk(kk="Пара")
    Risk.objects.update(state=Risk.State.WITHDRAWN)

    index("risk", row.public_id)

    assert titles("пара") == []


def test_changed_title_is_found_and_the_old_one_is_not():
    row = risk(kk="Пара")
    Risk.objects.update(title_kk="Заң")

    index("risk", row.public_id)

    assert (titles("пара"), titles("заңдар")) == ([], ["Заң"])


def test_text_that_is_missing_in_a_language_is_not_searched():
    risk(en="")

    assert set(SearchDocument.objects.values_list("language", flat=True)) == {
        "kk",
        "ru",
    }


def test_kinds_are_counted_apart():
    row = risk(kk="Пара")
    MeasureFactory.create_batch(2, risk=row, text_kk="Параға қарсы")
    reindex(kinds()["measure"])

    answer = search("пара", filters=Filters(kind="measure"))

    kinds_facet = next(facet for facet in answer.facets if facet.name == "kind")
    assert {o.value: o.count for o in kinds_facet.options} == {"risk": 1, "measure": 2}
    assert {find.kind for find in answer.finds} == {"measure"}


def test_pages_have_every_find_once(monkeypatch):
    monkeypatch.setattr("foundation.search.query.PAGE", 2)
    for number in range(5):
        risk(kk=f"Пара {number}")

    found = [title for page in (1, 2, 3) for title in titles("пара", page=page)]

    assert sorted(found) == [f"Пара {number}" for number in range(5)]


def test_misspelt_word_gets_a_suggestion_and_no_find():
    risk(ru="Государственные закупки")

    answer = search("закупкки")

    assert answer.finds == []
    assert [find.title for find in answer.suggestions] == ["Государственные закупки"]


def test_nothing_like_it_gets_no_suggestion():
    risk()

    assert search("qwertzuiop").suggestions == []


@pytest.mark.parametrize(
    "question",
    ["", " ", "\x00", "'", "\\", "((", '"', "-", "!", "a & | b", "%s", ":*", "🙂"],
)
def test_odd_question_is_answered(question):
    assert search(question).total == 0


def test_reindex_writes_all_that_is_public_and_nothing_else():
    RiskFactory(title_kk="Жоба")
    RiskFactory(published=True, title_kk="Пара")
    PublicBodyFactory(area=AreaFactory(name_kk="Абай облысы"))
    VulnerablePositionFactory(is_published=True)
    SearchDocument.objects.create(
        room="x",
        kind="risk",
        public_id="gone",
        language="kk",
        title="t",
        tsv="",
        path="/",
    )

    call_command("reindex", verbosity=0)
    call_command("reindex", verbosity=0)

    objects = set(SearchDocument.objects.values_list("kind", "public_id"))
    assert len([kind for kind, _id in objects if kind == "risk"]) == 1
    assert {kind for kind, _id in objects} == {"risk", "position", "body", "area"}


def test_area_is_found_by_its_name():
    AreaFactory(name_kk="Абай облысы")
    reindex(kinds()["area"])

    assert titles("абай облысында") == ["Абай облысы"]
