import os
from datetime import timedelta
from time import time
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from reports.models import SealedFile, SpentProof, Tip
from reports.retention import erase
from reports.services.visits import answer_as_reporter, open_by_receipt
from reports.tasks import forget
from reports.uploads import folder, path_of
from tests.reports.test_reporter_pages import send_file

pytestmark = pytest.mark.django_db


def close(tip, erase_in):
    today = timezone.localdate()
    Tip.objects.filter(pk=tip.pk).update(
        state="closed",
        outcome="confirmed",
        closed_on=today,
        erase_on=today + timedelta(days=erase_in),
    )


def add_file(client, receipt):
    send_file(client, receipt, SimpleUploadedFile("a", b"a"))
    return SealedFile.objects.get().pk


def test_a_case_ends_on_its_day_with_keys_and_files(
    client, filed, django_capture_on_commit_callbacks
):
    filing = filed()
    file = add_file(client, filing.receipt)
    close(filing.tip, erase_in=0)

    with django_capture_on_commit_callbacks(execute=True):
        forget()
        forget()

    assert Tip.objects.count() == 0
    assert not path_of(file).exists()
    assert open_by_receipt(filing.receipt) is None


def test_a_case_that_is_open_or_not_due_stays(filed):
    filed()
    close(filed().tip, erase_in=1)

    forget()

    assert Tip.objects.count() == 2


def test_a_new_message_of_the_reporter_stops_the_erasure(filed):
    filing = filed()
    close(filing.tip, erase_in=1)
    answer_as_reporter(visit=open_by_receipt(filing.receipt), text="wait")
    Tip.objects.filter(pk=filing.tip.pk)
    stale = filing.tip
    stale.erase_on = timezone.localdate()

    erase(stale)

    row = Tip.objects.get()
    assert row.erase_on == timezone.localdate() + timedelta(days=90)


def test_forms_are_forgotten_after_they_are_too_old_to_send(filed):
    filed()
    SpentProof.objects.update(forget_on=timezone.localdate())

    forget()

    assert SpentProof.objects.count() == 0


def test_a_file_nobody_sent_is_removed_and_one_being_sent_is_not(client, filed):
    sent = add_file(client, filed().receipt)
    old, young = uuid4(), uuid4()
    for file in (old, young):
        path_of(file).write_bytes(b"sealed")
    for file, age in ((sent, 100), (old, 37), (young, 20)):
        os.utime(path_of(file), (time() - age * 3600,) * 2)

    forget()

    assert {path.name for path in folder().iterdir()} == {sent.hex, young.hex}
