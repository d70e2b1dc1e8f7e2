"""Who has the whole database still does not know who said what."""

import logging
import threading

import pytest
from django.apps import apps
from django.db import connection, connections, models
from django.urls import reverse
from scipy import stats

from surveys.crypto import derived, new_code, seal, unseal
from surveys.flushing import flush
from surveys.models import Draft, Inbox, Invitation, Receipt, Response, TokenSpend
from surveys.services.fielding import close_wave
from surveys.services.submitting import (
    DraftError,
    UnknownCodeError,
    put_aside,
    submit_answer,
)
from surveys.tasks import forget_drafts
from tests.factories.surveys import fielded, question

PEOPLE = 1_000


def invited(people):
    """Return an open wave and the codes of those asked."""
    wave = fielded([question("n", "number", codes=())], sample="invited_probability")
    codes = [new_code() for _ in range(people)]
    Invitation.objects.bulk_create(
        Invitation(
            wave=wave,
            email=f"p{number}@example.org",
            spend_hash=derived("spend", code, wave.public_id),
        )
        for number, code in enumerate(codes)
    )
    return wave, codes


def answer(wave, code, number=0, **more):
    return submit_answer(
        wave=wave,
        code=code,
        language="kk",
        seed=0,
        answers={"n": number},
        texts={},
        **more,
    )


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_neither_transactions_nor_places_link_a_code_to_an_answer():
    wave, codes = invited(PEOPLE)
    for number, code in enumerate(codes):
        answer(wave, code, number)
    flush(wave)

    # While the marks are there: what the close erases cannot be joined at all.
    shared = rows(
        "SELECT count(*) FROM surveys_tokenspend t JOIN surveys_response r"
        " ON t.xmin::text = r.xmin::text"
    )
    also = rows(
        "SELECT count(*) FROM surveys_invitation t JOIN surveys_response r"
        " ON t.xmin::text = r.xmin::text"
    )
    assert TokenSpend.objects.count() == PEOPLE
    assert shared == also == [(0,)]

    close_wave(wave=wave, by=None)
    order = [
        n
        for (n,) in rows(
            "SELECT (answers->>'n')::int FROM surveys_response ORDER BY ctid"
        )
    ]
    assert len(order) == PEOPLE
    assert abs(stats.spearmanr(order, range(PEOPLE)).statistic) < 0.1
    assert not TokenSpend.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_code_sent_by_fifty_threads_is_one_answer():
    wave, [code] = invited(1)
    barrier = threading.Barrier(50)
    new = []

    def send():
        barrier.wait()
        try:
            new.append(answer(wave, code))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(new) == [False] * 49 + [True]
    assert Inbox.objects.count() == TokenSpend.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_death_between_the_steps_neither_loses_nor_doubles():
    wave, [code] = invited(1)
    answer(wave, code)
    # As a process that was killed after the first transaction leaves it.
    TokenSpend.objects.all().delete()

    again = answer(wave, code)

    assert again is False
    assert Inbox.objects.count() == TokenSpend.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_code_is_not_good_twice_after_the_answer_was_stored():
    wave, codes = invited(70)
    for code in codes:
        answer(wave, code)
    flush(wave)
    stored = next(
        code
        for code in codes
        if Receipt.objects.filter(receipt=derived("receipt", code, wave.public_id))
    )

    assert answer(wave, stored) is False
    assert Response.objects.count() + Inbox.objects.count() == 70


@pytest.mark.django_db
def test_an_unknown_code_is_refused():
    wave, _codes = invited(1)

    with pytest.raises(UnknownCodeError):
        answer(wave, new_code())


def reachable(model, seen=None):
    seen = seen if seen is not None else set()
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.ManyToManyField):
            other = field.related_model
            if other not in seen:
                seen.add(other)
                reachable(other, seen)
    return seen


@pytest.mark.parametrize("name", ["Response", "OpenText", "Inbox", "Receipt", "Count"])
def test_no_path_leads_from_an_answer_to_a_person(name):
    found = {m._meta.label for m in reachable(apps.get_model("surveys", name))}

    assert found == {"surveys.Wave", "surveys.Questionnaire", "surveys.Survey"}


@pytest.mark.parametrize(
    "name", ["Response", "OpenText", "Inbox", "Receipt", "TokenSpend"]
)
def test_no_row_of_an_answer_has_a_time(name):
    fields = apps.get_model("surveys", name)._meta.get_fields()

    assert not [
        field
        for field in fields
        if isinstance(
            field, models.DateField | models.TimeField | models.GenericIPAddressField
        )
    ]


@pytest.mark.django_db
def test_the_inbox_stays_out_of_the_log_of_writes():
    assert rows(
        "SELECT relpersistence FROM pg_class WHERE relname = 'surveys_inbox'"
    ) == [("u",)]


@pytest.mark.django_db
def test_logs_hold_nothing_of_an_answer(client, caplog):
    wave, [code] = invited(1)
    caplog.set_level(logging.DEBUG)

    client.post(
        reverse("surveys:answer", args=[wave.public_id]),
        {"go": "send", "code": code, "n": "987654"},
        headers={"user-agent": "Known/1.0"},
        REMOTE_ADDR="192.0.2.77",
    )

    said = "\n".join(
        record.getMessage()
        for record in caplog.records
        # The database's own debug log is off outside of tests.
        if record.name != "django.db.backends"
    )
    assert Inbox.objects.count() == 1
    assert not [w for w in (code, "987654", "Known/1.0", "192.0.2.77") if w in said]


@pytest.mark.django_db
def test_a_draft_is_unreadable_with_the_database_and_all_secrets(settings):
    wave, _codes = invited(1)
    code = put_aside(wave=wave, fields=[("n", "987654")])
    draft = Draft.objects.get()

    assert b"987654" not in bytes(draft.blob)
    assert code not in draft.resume_hash
    with pytest.raises(DraftError):
        unseal(settings.SECRET_KEY, wave.public_id, bytes(draft.blob))
    with pytest.raises(DraftError):
        unseal(new_code(), wave.public_id, bytes(draft.blob))


def test_the_size_of_a_draft_says_little():
    assert len(seal("A" * 20, "w", b"short")) == len(seal("A" * 20, "w", b"long" * 200))


@pytest.mark.django_db
def test_drafts_end(time_machine_at_last_day):
    forget_drafts()
    forget_drafts()

    assert not Draft.objects.exists()


@pytest.fixture
def time_machine_at_last_day(db):
    wave, _codes = invited(1)
    put_aside(wave=wave, fields=[("n", "1")])
    Draft.objects.update(expires_on="2020-01-01")
