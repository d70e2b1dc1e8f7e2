"""Tables are made when counts change and only read afterwards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surveys.crossing import cross_tables
from surveys.flushing import add_counts, counted_again
from surveys.kept import keep, results_of
from surveys.models import Count, Inbox, KeptResults, Response, Wave
from surveys.results import tables
from surveys.services.fielding import close_wave
from surveys.tally import count
from surveys.tasks import compare_counts, store_answers
from tests.factories.surveys import fielded, question

pytestmark = pytest.mark.django_db

ITEMS = [
    question("yes", codes=(1, 2)),
    question("who", "multiple"),
    question("age", "number", codes=()),
    question("sex", codes=(1, 2)),
]


@pytest.fixture
def counted():
    wave = fielded(ITEMS, splits=["sex"])
    people = (
        {"yes": 1 + n % 2, "sex": 1 + n % 3 % 2, "age": n % 40, "who": [1 + n % 3]}
        for n in range(120)
    )
    add_counts(
        wave,
        count(wave.questionnaire.definition, wave.splits, ((p, set()) for p in people)),
    )
    return wave


def test_what_is_kept_is_what_would_be_made(counted):
    wave = close_wave(wave=counted, by=None)

    kept = results_of(wave)

    assert kept.responses == 120
    assert kept.tables == tables(wave)
    assert kept.crosses == cross_tables(wave)


def test_a_page_reads_no_counts(client, counted):
    wave = close_wave(wave=counted, by=None)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(wave.get_absolute_url())

    assert page.status_code == 200
    assert not [q for q in asked.captured_queries if "surveys_count" in q["sql"]]
    assert len(asked) <= 12


def test_what_is_kept_of_an_open_wave_has_no_groups(counted):
    keep(counted)

    assert KeptResults.objects.get().body["crosses"] == []
    assert not KeptResults.objects.get().is_final


def test_a_close_that_broke_off_is_brought_to_its_end(counted):
    Inbox.objects.create(
        wave=counted,
        receipt="r",
        payload={"language": "kk", "seed": 0, "texts": {}, "answers": {"yes": 1}},
    )
    Wave.objects.filter(pk=counted.pk).update(state="closed")

    store_answers()
    store_answers()

    assert not Inbox.objects.exists()
    assert counted.responses.count() == 1
    assert KeptResults.objects.get().body["responses"] == 121


def test_counts_that_differ_from_the_responses_are_told(wave, caplog):
    said = {"contact": 1, "sex": 1}
    Response.objects.create(wave=wave, language="kk", seed=0, cell="1", answers=said)
    add_counts(wave, counted_again(wave))

    compare_counts()
    assert caplog.records == []

    Count.objects.filter(wave=wave, question="sex", code="1").update(n=7)
    compare_counts()
    compare_counts()

    assert [wave.public_id in record.message for record in caplog.records] == [True] * 2
