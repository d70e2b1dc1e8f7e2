"""People to be asked, from a file: looked at first, all or none, gone with the close."""

import io
from dataclasses import replace

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from foundation.notifications.models import Message
from foundation.tables import mistakes
from surveys import invitees
from surveys.invitees import read_invitees
from surveys.models import Invitation, TokenSpend
from surveys.services.fielding import close_wave
from surveys.services.inviting import list_invitees, write_to_all
from surveys.tasks import send_letters
from tests.factories.accounts import UserFactory
from tests.factories.surveys import fielded, question

ITEMS = [question("yes", codes=(1, 2))]
GOOD = "email,language,stratum\na@example.org,ru,\nb@example.org,,\n"


def table(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def faults_of(text, strata=()):
    return read_invitees(text.encode(), dict.fromkeys(strata, 1)).told


def loaded(wave, text=GOOD, *, dry_run=False):
    return list_invitees(wave=wave, content=text.encode(), dry_run=dry_run, by=None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty"),
        ("post\na@example.org\n", "names none of the columns"),
        ("email,phone\na@example.org,1\n", "Unknown column “phone”"),
        ("email,email\na@example.org,b@example.org\n", "named 2 times"),
        ("email\n", "no rows"),
        ("email\na@example\n", "Row 2: “a@example” is no e-mail address"),
        ("email,language\n\na@example.org,de\n", "Row 3: unknown language “de”"),
        ("email\na@example.org,x\n", "Row 2: Cell 2 stands outside"),
        ("email,stratum\na@example.org,town\n", "this wave has no strata"),
        ("email\na@example.org\nA@Example.org\n", "Row 3: a@example.org stands in row 2"),
        ('email\n"a@example.org\n', "quotation marks do not match"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(text, words):
    found = faults_of(text)

    assert len(found) == 1
    assert words in found[0]


def test_a_stratum_without_a_weight_is_refused():
    found = faults_of(
        "email,stratum\na@example.org,town\nb@example.org,\n", ["village"]
    )

    assert [fault.split(":")[0] for fault in found] == ["Row 2", "Row 3"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00PK", b"PK\x03\x04", b"%PDF-1.7"])
def test_what_is_no_table_is_refused(content):
    listed = read_invitees(content, {})

    assert len(listed.faults) == 1
    assert not listed.people


def test_a_list_of_faults_has_an_end(monkeypatch):
    monkeypatch.setattr(mistakes, "MOST_TOLD", 2)
    listed = read_invitees(b"email\na\nb\nc\nd\n", {})

    assert listed.told[-1] == "And 2 more"
    assert len(listed.told) == 3


def test_too_many_lines_are_refused(monkeypatch):
    monkeypatch.setattr(invitees, "PEOPLE", replace(invitees.PEOPLE, most_rows=1))

    assert "more than 1 rows" in faults_of("email\na@example.org\nb@example.org\n")[0]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_workbook_and_every_kind_of_csv_say_the_same(sign):
    text = "\ufeffStratum,E-mail".replace("E-mail", "Email") + "\r\n,a@example.org\r\n"
    from_csv = read_invitees(text.replace(",", sign).encode(), {})

    rows = table(["stratum", "email", None], [None, " A@example.org "], [None, None])
    from_book = read_invitees(rows, {})

    assert from_csv.people == from_book.people
    assert not from_csv.faults + from_book.faults


@given(st.binary(max_size=200))
def test_no_file_breaks_the_reader(content):
    listed = read_invitees(b"email\n" + content, {})

    assert listed.people or listed.faults


@pytest.fixture
def wave(db):
    return fielded(ITEMS, sample="invited_probability")


def test_a_look_changes_nothing(wave):
    found = loaded(wave, dry_run=True)

    assert (found.added, found.known, found.faults) == (2, 0, [])
    assert not Invitation.objects.exists()


def test_one_fault_and_nobody_is_listed(wave):
    found = loaded(wave, GOOD + "nobody,,\n")

    assert len(found.faults) == 1
    assert not Invitation.objects.exists()


def test_a_list_may_be_loaded_again(wave):
    loaded(wave)

    again = loaded(wave, GOOD + "c@example.org,kk,\n")

    assert (again.added, again.known) == (1, 2)
    assert dict(Invitation.objects.values_list("email", "language")) == {
        "a@example.org": "ru", "b@example.org": "kk", "c@example.org": "kk",
    }  # fmt: skip


def test_nobody_listed_is_changed_by_a_file(wave):
    loaded(wave)

    found = loaded(wave, "email,language\nA@example.org,en\nc@example.org,en\n")

    assert "listed already with another language" in found.faults[0]
    assert Invitation.objects.count() == 2


def test_a_small_stratum_is_remarked(db):
    wave = fielded(ITEMS, sample="invited_probability", strata={"town": 2.0})

    found = loaded(wave, "email,stratum\na@example.org,town\n")

    assert "Fewer than 50 people" in found.remarks[0]


def test_no_list_for_a_wave_open_to_everybody(db):
    with pytest.raises(ValidationError, match="by invitation"):
        loaded(fielded(ITEMS))


def test_addresses_end_with_the_wave(wave):
    loaded(wave)

    close_wave(wave=wave, by=None)

    assert not Invitation.objects.exists()
    with pytest.raises(ValidationError, match="until it is closed"):
        loaded(wave)
    with pytest.raises(DatabaseError, match="closed wave"), transaction.atomic():
        Invitation.objects.create(wave=wave, email="late@example.org")


def test_everybody_listed_gets_one_letter(wave, django_capture_on_commit_callbacks):
    loaded(wave)

    with django_capture_on_commit_callbacks(execute=True):
        write_to_all(wave=wave, is_reminder=False, by=None)
    send_letters(wave.pk, "survey_invitation")

    assert Message.objects.filter(template="survey_invitation").count() == 2
    assert not Invitation.objects.filter(spend_hash=None).exists()


def test_only_who_has_not_answered_is_reminded(wave):
    loaded(wave)
    send_letters(wave.pk, "survey_invitation")
    first = Invitation.objects.order_by("pk").first()
    TokenSpend.objects.create(wave=wave, spend_hash=first.spend_hash)

    send_letters(wave.pk, "survey_reminder")
    send_letters(wave.pk, "survey_reminder")

    reminded = Message.objects.filter(template="survey_reminder")
    assert [row.recipient for row in reminded] == ["b@example.org"]


def test_nobody_is_written_to_before_the_wave_is_open(wave):
    close_wave(wave=wave, by=None)

    with pytest.raises(ValidationError, match="open wave"):
        write_to_all(wave=wave, is_reminder=False, by=None)


@pytest.fixture
def editor(client, settings, db):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(root=True))
    return client


def upload(editor, wave, text, **more):
    file = SimpleUploadedFile("list.csv", text.encode())
    address = reverse("admin:surveys_wave_invitees", args=[wave.pk])
    return editor.post(address, {"file": file, **more}).content.decode()


def test_staff_look_first_and_then_load(editor, wave):
    change = reverse("admin:surveys_wave_change", args=[wave.pk])
    assert "/invitees/" in editor.get(change).content.decode()

    looked = upload(editor, wave, GOOD, dry_run="on")
    assert "new people it would add: 2" in looked.lower()
    assert not Invitation.objects.exists()
    upload(editor, wave, GOOD)

    assert Invitation.objects.count() == 2


def test_staff_read_what_is_wrong(editor, wave):
    page = upload(editor, wave, "email\n<b>\n")

    assert "Row 2: “&lt;b&gt;” is no e-mail address" in page
    assert "Nothing was changed" in page


def test_who_may_not_list_people_sees_no_list(client, settings, wave):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(staff=True))
    address = reverse("admin:surveys_wave_invitees", args=[wave.pk])

    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
