from io import StringIO
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from foundation.audit.models import AuditEvent
from foundation.audit.services import first_broken_event, record
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def add(number=1, **fields):
    for _ in range(number):
        record(
            **{
                "action": "publish",
                "kind": "risk",
                "public_id": "R001",
                "by": None,
                **fields,
            }
        )


def execute(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET action = 'x' WHERE id = 1",
        "UPDATE audit_auditevent SET hash = ''",
        "DELETE FROM audit_auditevent",
        "DELETE FROM audit_auditevent WHERE id = 2",
        "TRUNCATE audit_auditevent",
    ],
)
def test_database_refuses_to_change_or_remove_events(statement):
    add(2)
    # The session's fixture switched it off for the flush of other tests.
    settle()
    execute("ALTER TABLE audit_auditevent ENABLE TRIGGER audit_no_truncate")

    with pytest.raises(Error, match="append-only"), transaction.atomic():
        execute(statement)

    assert AuditEvent.objects.count() == 2


def settle():
    """Have the foreign keys checked now, for a table with checks due is not altered."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_orm_cannot_change_an_event():
    add()
    event = AuditEvent.objects.get()
    event.action = "other"

    with pytest.raises(Error, match="append-only"), transaction.atomic():
        event.save()


def test_events_are_numbered_and_chained():
    person = UserFactory()
    add(by=person, detail="тәуекел")
    add(2)

    events = list(AuditEvent.objects.order_by("id"))

    assert [event.id for event in events] == [1, 2, 3]
    assert events[0].actor == person
    assert len({event.hash for event in events}) == 3
    assert first_broken_event() is None


def test_chain_without_events_is_whole():
    assert first_broken_event() is None


def test_event_inserted_by_sql_is_chained_whatever_it_claims():
    add()

    execute(
        "INSERT INTO audit_auditevent"
        " (id, at, action, target_kind, target_id, detail, hash)"
        " VALUES (77, now(), 'x', 'risk', 'R1', '', 'made up')"
    )

    assert list(AuditEvent.objects.order_by("id").values_list("id", flat=True)) == [
        1,
        2,
    ]
    assert first_broken_event() is None


def tampered(statement):
    """Change events as somebody would who can switch the triggers off."""
    settle()
    execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
    execute(statement)
    execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_auditevent SET action = 'x' WHERE id = 3", 3),
        ("UPDATE audit_auditevent SET detail = 'x' WHERE id = 1", 1),
        ("UPDATE audit_auditevent SET at = at + interval '1 us' WHERE id = 2", 2),
        ("UPDATE audit_auditevent SET target_id = 'R002' WHERE id = 5", 5),
        ("DELETE FROM audit_auditevent WHERE id = 2", 2),
        ("DELETE FROM audit_auditevent WHERE id = 1", 1),
        ("UPDATE audit_auditevent SET id = 9 WHERE id = 4", 4),
        ("UPDATE audit_auditevent SET hash = repeat('0', 64) WHERE id = 4", 4),
    ],
)
def test_first_event_that_was_tampered_with_is_named(statement, broken):
    add(5)

    tampered(statement)

    assert first_broken_event() == broken


def test_actor_that_was_exchanged_is_found():
    add(by=UserFactory())
    other = UserFactory()

    tampered(f"UPDATE audit_auditevent SET actor_id = {other.pk}")

    assert first_broken_event() == 1


def test_command_names_the_broken_event():
    add(2)
    tampered("UPDATE audit_auditevent SET action = 'x' WHERE id = 2")

    with pytest.raises(CommandError, match="broken at event 2"):
        call_command("verify_audit")


def test_command_prints_the_head_to_be_kept_elsewhere():
    add(2)
    out = StringIO()

    call_command("verify_audit", stdout=out)

    head = AuditEvent.objects.get(pk=2).hash
    assert out.getvalue().strip() == f"2 events, chain whole, head {head}"


@pytest.mark.django_db(transaction=True)
def test_events_written_at_once_leave_no_gap():
    """Fails without the lock in the trigger: two events would follow the same one."""
    writers, each = 4, 10
    meeting = Barrier(writers)

    def write():
        meeting.wait()
        for _ in range(each):
            with transaction.atomic():
                add()
        connection.close()

    threads = [Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ids = list(AuditEvent.objects.order_by("id").values_list("id", flat=True))
    assert ids == list(range(1, writers * each + 1))
    assert first_broken_event() is None


@pytest.mark.django_db(transaction=True)
def test_event_of_a_transaction_that_is_rolled_back_leaves_no_gap():
    add()
    with transaction.atomic():
        add()
        transaction.set_rollback(True)
    add()

    assert list(AuditEvent.objects.order_by("id").values_list("id", flat=True)) == [
        1,
        2,
    ]
    assert first_broken_event() is None


def test_migration_goes_back_and_forth():
    add()
    settle()
    executor = MigrationExecutor(connection)

    executor.migrate([("audit", "0001_initial")])
    execute("DELETE FROM audit_auditevent")
    executor.loader.build_graph()
    executor.migrate([("audit", "0002_chain")])

    add(2)
    assert first_broken_event() is None
