import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.accounts.roles import sync_roles
from reports.models import Disclosure, Recipient, Tip, VaultSession, Wrap
from reports.retention import forget_outdated
from reports.services import cases, vaults
from reports.services.cases import MoveError
from reports.services.visits import open_by_receipt, read_report
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.reports import PASSPHRASE
from tests.reports.conftest import MARK
from tests.reports.test_reporter_pages import send_file, signed_photo

pytestmark = pytest.mark.django_db
VAULT = "/admin/reports/tip/vault/"


@pytest.fixture(autouse=True)
def one_factor(settings):
    settings.TWO_FACTOR_REQUIRED = False


@pytest.fixture
def people(desk):
    sync_roles()
    roles = {"aigerim": "tip recipient", "bolat": "tip recipient"}
    for name, row in desk.items():
        give_role(row.user, roles.get(name, "custodian"))
    return desk


def give_role(user, name):
    user.groups.set(Group.objects.filter(name=name))


def signed_in(row):
    client = Client()
    client.force_login(row.user)
    return client


def unlocked(row):
    client = signed_in(row)
    page = client.post(VAULT, {"action": "unlock", "unlock-passphrase": PASSPHRASE})
    assert page.status_code == 302
    return client


def page_of(tip):
    return f"/admin/reports/tip/{tip.pk}/change/"


def events(action):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT target_id FROM audit_auditevent WHERE action=%s", [action]
        )
        return [row[0] for row in cursor.fetchall()]


def test_a_locked_vault_shows_metadata_only(people, filed):
    tip = filed().tip
    client = signed_in(people["aigerim"])

    listed = client.get("/admin/reports/tip/").content.decode()
    shown = client.get(page_of(tip)).content.decode()

    assert tip.reference in listed
    assert MARK not in shown
    assert "Unlock your vault" in shown
    assert events("open") == []


def test_an_unlocked_vault_shows_the_report_and_the_audit_says_so(people, filed):
    tip = filed().tip

    page = unlocked(people["aigerim"]).get(page_of(tip))

    assert MARK in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert events("open") == [tip.reference]


def test_the_list_opens_nothing_and_asks_little(
    people, filed, django_assert_max_num_queries
):
    for _ in range(5):
        filed()
    client = unlocked(people["aigerim"])

    with django_assert_max_num_queries(12):
        client.get("/admin/reports/tip/")

    assert events("open") == []


def test_the_list_counts_once_and_reads_nothing_sealed(people, filed):
    filed()
    client = unlocked(people["aigerim"])

    with CaptureQueriesContext(connection) as asked:
        client.get("/admin/reports/tip/")

    count, rows = [q["sql"] for q in asked if 'FROM "reports_tip"' in q["sql"]]
    assert "COUNT(*)" in count
    assert not re.search(r'"(head|identity|content_wrap|sealed_root)"', rows)


@pytest.mark.parametrize("question", ["q=nothing", "state__exact=closed"])
def test_a_list_that_is_narrowed_says_of_how_many(people, filed, question):
    for _ in range(3):
        filed()

    page = unlocked(people["aigerim"]).get(f"/admin/reports/tip/?{question}")

    assert "0 results" in page.content.decode()
    assert "3 total" in page.content.decode()


@pytest.mark.parametrize("who", ["excluded", "custodian", "superuser", "editor"])
def test_nobody_else_finds_the_report(people, filed, who):
    tip = filed(excluded=[people["bolat"].public_id]).tip
    client = Client()
    if who == "excluded":
        client = unlocked(people["bolat"])
    elif who == "custodian":
        client = unlocked(people["custodian"])
    elif who == "superuser":
        client.force_login(UserFactory(root=True))
    else:
        editor = UserFactory(staff=True)
        give_role(editor, "map editor")
        client.force_login(editor)

    assert client.get(page_of(tip)).status_code in (403, 404)
    assert tip.reference not in client.get("/admin/reports/tip/").content.decode()


def test_the_vault_opens_on_another_worker_and_with_both_halves_only(people, filed):
    tip = filed().tip
    client = unlocked(people["aigerim"])
    secret = client.cookies["vault"].value
    other = signed_in(people["aigerim"])
    thief = signed_in(people["bolat"])

    other.cookies["vault"] = thief.cookies["vault"] = secret

    # Nothing is held in the process: another client is another worker.
    assert MARK in other.get(page_of(tip)).content.decode()
    assert MARK not in thief.get(page_of(tip)).content.decode()
    VaultSession.objects.all().delete()
    assert MARK not in client.get(page_of(tip)).content.decode()


def test_the_vault_cookie_is_strict(people):
    cookie = unlocked(people["aigerim"]).cookies["vault"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert not cookie["max-age"]
    assert not cookie["expires"]


def test_an_idle_vault_locks_itself(people, filed):
    tip = filed().tip
    client = unlocked(people["aigerim"])
    VaultSession.objects.update(idle_ends_at=timezone.now())

    assert MARK not in client.get(page_of(tip)).content.decode()


def test_signing_out_locks_the_vault(people):
    client = unlocked(people["aigerim"])

    client.logout()

    assert VaultSession.objects.count() == 0


def test_the_login_password_opens_no_vault(people):
    client = signed_in(people["aigerim"])

    page = client.post(VAULT, {"action": "unlock", "unlock-passphrase": PASSWORD})

    assert "does not open" in page.content.decode()
    assert VaultSession.objects.count() == 0


def test_five_wrong_tries_shut_the_vault(people):
    client = signed_in(people["aigerim"])
    for _ in range(5):
        client.post(VAULT, {"action": "unlock", "unlock-passphrase": "x" * 20})

    page = client.post(VAULT, {"action": "unlock", "unlock-passphrase": PASSPHRASE})

    assert "Too many tries" in page.content.decode()
    assert len(events("fail to unlock vault")) == 5


def test_staff_make_their_own_vault_and_recover_it(desk, settings):
    sync_roles()
    user = UserFactory(staff=True, name="New Recipient")
    give_role(user, "tip recipient")
    client = Client()
    client.force_login(user)
    new = "a long passphrase of mine"

    page = client.post(
        VAULT, {"action": "make", "make-passphrase": new, "make-again": new}
    )
    code = page.context["code"]
    other = "another passphrase of mine"
    page = client.post(
        VAULT,
        {
            "action": "recover",
            "recover-code": code.lower(),
            "recover-passphrase": other,
            "recover-again": other,
        },
    )

    assert page.context["code"] != code
    row = Recipient.objects.get(user=user)
    assert vaults.unlock(recipient=row, passphrase=other, by=user)
    with pytest.raises(vaults.WrongPassphraseError):
        vaults.unlock(recipient=row, passphrase=new, by=user)
    with pytest.raises(vaults.WrongPassphraseError):
        vaults.recover(recipient=row, code=code, passphrase=new, by=user)


def test_the_login_password_is_refused_as_a_passphrase(desk):
    sync_roles()
    user = UserFactory(staff=True)
    give_role(user, "tip recipient")
    client = Client()
    client.force_login(user)

    client.post(
        VAULT, {"action": "make", "make-passphrase": PASSWORD, "make-again": PASSWORD}
    )

    assert not Recipient.objects.filter(user=user).exists()


# Work on a case


def test_staff_answer_and_the_reporter_reads_it(people, filed):
    filing = filed()
    client = unlocked(people["aigerim"])

    client.post(page_of(filing.tip), {"action": "answer", "message-text": "We look"})
    client.post(page_of(filing.tip), {"action": "note", "message-text": "for us"})

    turns = read_report(open_by_receipt(filing.receipt)).turns
    assert [(turn.text, turn.is_genuine) for turn in turns] == [("We look", True)]
    assert "for us" in client.get(page_of(filing.tip)).content.decode()


def test_a_case_moves_step_by_step_to_an_outcome(people, filed):
    tip = filed().tip
    client = unlocked(people["aigerim"])
    for state in ("registered", "in_review", "answered"):
        client.post(page_of(tip), {"action": "move", "move-to": state})
    client.post(page_of(tip), {"action": "move", "move-to": "closed"})
    assert Tip.objects.get().state == "answered"

    client.post(
        page_of(tip),
        {"action": "move", "move-to": "closed", "move-outcome": "confirmed"},
    )

    row = Tip.objects.get()
    assert (row.state, row.outcome) == ("closed", "confirmed")
    assert row.erase_on == row.closed_on + timedelta(days=1095)
    assert len(events("move")) == 4


@pytest.mark.parametrize("state", sorted(set(Tip.State.values) - {"registered"}))
def test_a_new_case_goes_nowhere_but_to_the_register(people, filed, state):
    with pytest.raises(MoveError):
        cases.move(tip=filed().tip, to=state, by=people["aigerim"].user)


def test_a_locked_vault_works_on_nothing(people, filed):
    tip = filed().tip

    signed_in(people["aigerim"]).post(
        page_of(tip), {"action": "move", "move-to": "registered"}
    )

    assert Tip.objects.get().state == "received"


def test_a_file_is_handed_over_as_a_download(people, filed, client, settings):
    filing = filed()
    file = SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>")
    send_file(client, filing.receipt, file)
    file = filing.tip.files.get()

    url = f"/admin/reports/tip/{filing.tip.pk}/file/{file.pk}/"
    got = unlocked(people["aigerim"]).get(url)

    assert b"".join(got.streaming_content) == b"<svg onload=alert(1)>"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert events("download a file") == [filing.tip.reference]
    assert signed_in(people["bolat"]).get(url).status_code == 302


def test_the_last_holder_cannot_be_switched_off(people, filed):
    filed(excluded=[people["bolat"].public_id])

    assert vaults.sole_holder(people["aigerim"])
    assert not vaults.sole_holder(people["bolat"])


# The name


def test_a_name_is_asked_for_granted_shown_and_ends(people, filed):
    filing = filed(name="Named Marker")
    aigerim, custodian = unlocked(people["aigerim"]), unlocked(people["custodian"])
    url = page_of(filing.tip)
    assert (
        "Named Marker"
        not in aigerim.post(url, {"action": "name"}, follow=True).content.decode()
    )

    aigerim.post(url, {"action": "ask", "reason-reason": "to call back"})
    row = Disclosure.objects.get()
    listed = custodian.get("/admin/reports/disclosure/").content.decode()
    assert filing.tip.reference in listed
    custodian.post(
        f"/admin/reports/disclosure/{row.pk}/change/", {"action": "grant", "days": "3"}
    )

    assert "Named Marker" in aigerim.post(url, {"action": "name"}).content.decode()
    Wrap.objects.filter(purpose="disclosure").update(expires_on=timezone.localdate())
    forget_outdated()
    assert (
        "Named Marker"
        not in aigerim.post(url, {"action": "name"}, follow=True).content.decode()
    )
    for action in ("ask for the name", "grant the name", "open the name"):
        assert events(action) == [filing.tip.reference]


def test_a_recipient_decides_no_disclosure(people, filed):
    filing = filed(name="Named Marker")
    aigerim = unlocked(people["aigerim"])
    aigerim.post(page_of(filing.tip), {"action": "ask", "reason-reason": "x"})
    row = Disclosure.objects.get()

    page = aigerim.post(
        f"/admin/reports/disclosure/{row.pk}/change/", {"action": "grant", "days": "3"}
    )

    assert page.status_code == 403
    assert not Wrap.objects.filter(purpose="disclosure").exists()


def test_the_first_page_says_what_waits_and_is_late(people, filed):
    tip = filed().tip
    hidden = filed(excluded=[people["aigerim"].public_id]).tip
    Tip.objects.filter(pk=tip.pk).update(
        answer_due_on=timezone.localdate() - timedelta(days=1)
    )

    page = signed_in(people["aigerim"]).get("/admin/").content.decode()

    assert tip.reference in page
    assert hidden.reference not in page
    assert MARK not in page


def test_an_extension_is_given_once_and_tells_when_to_say_so(people, filed):
    tip = filed().tip
    client = unlocked(people["aigerim"])
    until = tip.answer_due_on + timedelta(days=7)

    for days in (0, 3):
        client.post(
            page_of(tip),
            {
                "action": "extend",
                "extend-until": until + timedelta(days=days),
                "extend-text": "An expert is asked",
            },
        )

    row = Tip.objects.get()
    assert row.answer_due_on == until
    assert row.extended_on == timezone.localdate()
    assert events("extend") == [tip.reference]
    assert cases.notice_due_on(row) > row.extended_on
    # The notice the law asks for was sent once, with the extension.
    assert row.messages.filter(side="staff").count() == 1


def test_an_extension_beyond_two_months_is_refused(people, filed):
    tip = filed().tip
    client = unlocked(people["aigerim"])

    client.post(
        page_of(tip),
        {
            "action": "extend",
            "extend-until": tip.received_on + timedelta(days=70),
            "extend-text": "x",
        },
    )

    assert Tip.objects.get().extended_on is None


def test_what_was_changed_is_not_shown(people, filed):
    first, second = filed().tip, filed().tip
    Tip.objects.filter(pk=second.pk).update(head=first.head)

    page = unlocked(people["aigerim"]).get(page_of(second)).content.decode()

    assert "had no right to" in page
    assert MARK not in page


def test_staff_open_the_clean_copy_first(people, filed, client):
    filing = filed()
    photo = signed_photo()
    send_file(client, filing.receipt, SimpleUploadedFile("x.jpg", photo))
    reader = unlocked(people["aigerim"])

    page = reader.get(page_of(filing.tip)).content.decode()
    clean, original = re.findall(r'href="(/admin/reports/tip/[^"]+/file/[^"]+)"', page)
    opened = b"".join(reader.get(clean).streaming_content)
    evidence = b"".join(reader.get(original).streaming_content)

    assert "x-clean.jpg" in page
    assert page.index(clean) < page.index("never pass it on") < page.index(original)
    assert "Photographer Marker" not in page
    assert b"Photographer Marker" not in opened
    assert evidence == photo
