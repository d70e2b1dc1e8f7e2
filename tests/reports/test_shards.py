"""What many cases say lies sealed together: it is found, and goes when it has to."""

import random
import time
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections, transaction
from django.utils import timezone

from reports.crypto import SealBrokenError, unseal_text
from reports.models import SearchShard, Tip, Wrap
from reports.retention import erase
from reports.services import desk as beside
from reports.services import find, holders, shards
from reports.services.visits import answer_as_reporter, open_by_receipt
from tests.factories.reports import recipient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Two cases make a shard."""
    monkeypatch.setattr(shards, "CASES", 2)


@pytest.fixture
def aigerim(desk, opened):
    return opened(desk["aigerim"])


@pytest.fixture
def four(filed):
    words = ["апельсин", "банан", "вишня", "груша"]
    return [filed(answers={"subject": "theft", "what": word}) for word in words]


def sought(vault, question):
    found = find.find(question=question, vault=vault, by=vault.recipient.user)
    assert found.count == len(found.shown)
    return {row.tip.pk for row in found.shown}


def standing(vault):
    return SearchShard.objects.filter(recipient=vault.recipient).count()


def words_in_shards(vault):
    """Return all that the shards of a vault say, current or not."""
    said = ""
    for shard in SearchShard.objects.filter(recipient=vault.recipient):
        place = shards._place(shard.pk, vault)
        said += unseal_text(vault.root.own_key, shard.body, place)
    return said


def write(filing, text):
    answer_as_reporter(visit=open_by_receipt(filing.receipt), text=text)


def test_a_search_seals_cases_together_and_finds_them_there(four, aigerim):
    first = sought(aigerim, "банан")

    assert standing(aigerim) == 2
    assert first == sought(aigerim, "банан") == {four[1].tip.pk}
    assert sought(aigerim, "theft") == {one.tip.pk for one in four}
    assert sought(aigerim, "дыня") == set()


def test_too_few_are_read_one_by_one(filed, aigerim):
    tip = filed(answers={"subject": "theft", "what": "апельсин"}).tip

    assert sought(aigerim, "апельсин") == {tip.pk}
    assert standing(aigerim) == 0


def test_a_shard_opens_for_its_vault_alone(four, aigerim, desk, opened):
    bolat = opened(desk["bolat"])
    sought(aigerim, "банан")
    mine = SearchShard.objects.first()

    with pytest.raises(SealBrokenError):
        unseal_text(bolat.root.own_key, mine.body, shards._place(mine.pk, bolat))
    assert "банан" not in bytes(mine.body).decode("utf-8", "ignore")


def test_a_new_message_and_a_new_label_are_found(four, aigerim):
    sought(aigerim, "банан")
    write(four[0], "көпірдің жанында")
    assert standing(aigerim) == 1
    assert sought(aigerim, "көпір") == {four[0].tip.pk}

    beside.set_labels(
        tip=four[1].tip, labels=["асфальт"], vault=aigerim, by=aigerim.recipient.user
    )

    assert sought(aigerim, "асфальт") == {four[1].tip.pk}
    assert standing(aigerim) == 2


def test_an_erased_case_leaves_no_word_and_the_others_are_found(
    four, aigerim, desk, opened
):
    bolat = opened(desk["bolat"])
    for vault in (aigerim, bolat):
        sought(vault, "банан")
        assert "банан" in words_in_shards(vault)
    Tip.objects.filter(pk=four[1].tip.pk).update(erase_on=timezone.localdate())

    erase(Tip.objects.get(pk=four[1].tip.pk))

    for vault in (aigerim, bolat):
        assert "банан" not in words_in_shards(vault)
        assert standing(vault) == 1
        assert sought(vault, "банан") == set()
        assert sought(vault, "theft") == {four[n].tip.pk for n in (0, 2, 3)}


def test_a_row_deleted_by_sql_takes_its_words_along(four, aigerim):
    sought(aigerim, "банан")
    gone = Wrap.objects.filter(tip=four[1].tip)
    gone._raw_delete(gone.db)

    assert "банан" not in words_in_shards(aigerim)


def test_who_gives_a_case_up_keeps_no_word_of_it(four, aigerim):
    sought(aigerim, "банан")

    holders.recuse(tip=four[1].tip, vault=aigerim, by=aigerim.recipient.user)

    assert "банан" not in words_in_shards(aigerim)
    assert sought(aigerim, "банан") == set()
    assert sought(aigerim, "вишня") == {four[2].tip.pk}


def test_who_is_removed_keeps_no_shard(four, aigerim, desk):
    sought(aigerim, "банан")

    holders.remove(person=desk["aigerim"], by=desk["bolat"].user)

    assert standing(aigerim) == 0


def test_a_new_key_takes_the_case_out_of_every_shard(four, aigerim):
    sought(aigerim, "банан")

    holders.rekey(tip=four[1].tip, vault=aigerim, by=aigerim.recipient.user)

    assert "банан" not in words_in_shards(aigerim)
    assert sought(aigerim, "банан") == {four[1].tip.pk}


def test_a_new_holder_makes_shards_of_their_own(four, aigerim, opened):
    new = recipient("Newcomer")
    by = aigerim.recipient.user
    assert holders.grant_all(to=new, vault=aigerim, by=by, seconds=60) == (4, 0, 0)

    assert sought(opened(new), "банан") == {four[1].tip.pk}
    assert standing(opened(new)) == 2


def test_a_changed_or_swapped_shard_is_thrown_away_and_cases_are_found(four, aigerim):
    sought(aigerim, "банан")
    one, other = SearchShard.objects.all()
    one.body, other.body = other.body, bytes(one.body)[:-1] + b"\0"
    for row in (one, other):
        row.save(update_fields=["body"])

    assert sought(aigerim, "банан") == {four[1].tip.pk}
    assert not SearchShard.objects.filter(pk__in=[one.pk, other.pk]).exists()
    assert sought(aigerim, "банан") == {four[1].tip.pk}
    assert standing(aigerim) == 2


def test_a_shard_brought_back_says_nothing_of_what_was_erased(four, aigerim):
    sought(aigerim, "банан")
    wrapped = Wrap.objects.get(tip=four[1].tip, recipient=aigerim.recipient)
    old = SearchShard.objects.get(pk=wrapped.shard)
    Tip.objects.filter(pk=four[1].tip.pk).update(erase_on=timezone.localdate())
    erase(four[1].tip.__class__.objects.get(pk=four[1].tip.pk))

    old.save(force_insert=True)

    assert sought(aigerim, "банан") == set()


def test_whatever_happens_a_search_finds_what_is_said(filed, aigerim, desk, opened):
    """Random work; after each step the shards find what reading each case finds."""
    source = random.Random(3)
    bolat, by = opened(desk["bolat"]), aigerim.recipient.user
    letters = ["алма", "бидай", "ғимарат", "дәрі"]
    filings = [filed(answers={"what": source.choice(letters)}) for _ in range(5)]

    def work(filing):
        kind = source.randrange(5)
        if kind == 0:
            write(filing, source.choice(letters))
        elif kind == 1:
            vault = source.choice([aigerim, bolat])
            labels = [source.choice(letters)]
            tip = Tip.objects.get(pk=filing.tip.pk)
            beside.set_labels(tip=tip, labels=labels, vault=vault, by=by)
        elif kind == 2:
            holders.rekey(tip=Tip.objects.get(pk=filing.tip.pk), vault=aigerim, by=by)
        elif kind == 3:
            filings.append(filed(answers={"what": source.choice(letters)}))
        else:
            day = timezone.localdate() - timedelta(days=source.randrange(2))
            Tip.objects.filter(pk=filing.tip.pk).update(erase_on=day)
            erase(Tip.objects.get(pk=filing.tip.pk))
            filings.remove(filing)

    for _ in range(9):
        work(source.choice(filings))
        word = source.choice(letters)
        for vault in (aigerim, bolat):
            found = sought(vault, word)
            ids = Tip.objects.values_list("pk", flat=True)
            read = shards.texts(vault, ids)
            asked = find.Question(word)
            assert found == {
                tip for tip, text in read if asked.is_met_by(shards.quick_fold(text))
            }


# At the same time


def in_thread(step, *args):
    def run():
        try:
            step(*args)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_message_written_while_cases_are_sealed_together_is_found(four, aigerim):
    find._open_new(aigerim, aigerim.recipient.user, time.monotonic() + 60)
    with transaction.atomic():
        # As a search does, but its two shards are not committed yet.
        assert shards._pack_some(aigerim)
        assert shards._pack_some(aigerim)
        writer = in_thread(write, four[0], "көпір")
        writer.join(0.5)
        # It waits for the keys, and takes its case out after them.
        assert writer.is_alive()
    writer.join(30)

    assert standing(aigerim) == 1
    assert sought(aigerim, "көпір") == {four[0].tip.pk}


@pytest.mark.django_db(transaction=True)
def test_a_search_waits_for_nobody_who_writes(four, aigerim):
    sought(aigerim, "банан")
    with transaction.atomic():
        write(four[0], "көпір")
        searcher = in_thread(sought, aigerim, "вишня")
        searcher.join(20)
        assert not searcher.is_alive()

    assert sought(aigerim, "көпір") == {four[0].tip.pk}


@pytest.mark.django_db(transaction=True)
def test_writers_who_share_shards_never_block_each_other_for_ever(
    four, aigerim, desk, opened
):
    bolat = opened(desk["bolat"])
    together = Barrier(len(four), timeout=30)

    def many(filing):
        for number in range(3):
            together.wait()
            write(filing, f"жол{number}")
            sought(bolat, "жол")

    for vault in (aigerim, bolat):
        sought(vault, "банан")
    threads = [in_thread(many, filing) for filing in four]
    for thread in threads:
        thread.join(60)

    assert not any(thread.is_alive() for thread in threads)
    assert sought(aigerim, "жол2") == {one.tip.pk for one in four}
