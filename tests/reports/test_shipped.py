"""Questionnaires of the data set: published once, or offered beside what staff wrote."""

import json
from shutil import copytree

import pytest

from foundation.accounts.roles import sync_roles
from foundation.audit.models import AuditEvent
from reports.models import Questionnaire, ShippedQuestionnaire
from reports.questionnaires import written
from reports.services.questionnaires import remove_draft
from reports.shipped import load_reports
from tests.factories.accounts import UserFactory
from tests.reports.test_questionnaire_editing import FORM, SMALL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NEWER = written(SMALL)


@pytest.fixture
def ship(settings, tmp_path):
    """Load the data set, and then one with a questionnaire more."""
    copytree(settings.BASE_DIR / "data", tmp_path / "data")
    settings.BASE_DIR = tmp_path
    load_reports()

    def add(number):
        path = tmp_path / f"data/questionnaires/{number}.json"
        path.write_text(json.dumps(NEWER), encoding="utf-8")
        return load_reports()

    return add


def versions():
    rows = Questionnaire.objects.order_by("version")
    return list(rows.values_list("version", "is_published"))


def own(version, **more):
    return Questionnaire.objects.create(version=version, schema=written(FORM), **more)


def test_a_later_one_is_published_where_staff_wrote_none(ship):
    assert ship(2) == 1
    assert ship(10) == 1
    assert load_reports() == 0
    assert versions() == [(1, True), (2, True), (10, True)]
    assert Questionnaire.objects.newest().schema == NEWER


@pytest.mark.parametrize("is_published", [True, False])
def test_a_later_one_is_a_draft_beside_what_staff_wrote(ship, is_published):
    mine = own(2, is_published=is_published)

    assert ship(2) == 1

    assert versions() == [(1, True), (2, is_published), (3, False)]
    assert Questionnaire.objects.get(version=3).schema == NEWER
    mine.refresh_from_db()
    assert mine.schema == written(FORM)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.target_id, event.detail) == ("add", "3", "shipped 2")


def test_what_was_offered_is_not_offered_again(ship):
    own(2, is_published=True)
    ship(2)
    offered = Questionnaire.objects.get(version=3)

    assert load_reports() == 0
    remove_draft(questionnaire=offered, by=UserFactory())

    assert load_reports() == 0
    assert versions() == [(1, True), (2, True)]


def test_what_staff_made_of_an_offered_one_is_theirs(ship):
    mine = own(2)
    ship(2)
    remove_draft(questionnaire=mine, by=UserFactory())
    Questionnaire.objects.filter(version=3).update(is_published=True)

    ship(3)

    assert versions() == [(1, True), (3, True), (4, False)]


def test_a_portal_that_had_it_before_knows_it_again(ship):
    ShippedQuestionnaire.objects.all().delete()

    assert load_reports() == 0
    assert ship(2) == 1
    assert versions() == [(1, True), (2, True)]


def test_staff_are_told_of_it_until_it_is_published_or_gone(ship, client, settings):
    settings.TWO_FACTOR_REQUIRED = False
    sync_roles()
    client.force_login(UserFactory(staff=True, roles=["administrator"]))
    own(2, is_published=True)
    before = client.get("/admin/").content.decode()
    ship(2)
    offered = Questionnaire.objects.get(version=3)
    address = f"/admin/reports/questionnaire/{offered.pk}/change/"

    first = client.get("/admin/").content.decode()
    outline = client.get(address).content.decode()
    remove_draft(questionnaire=offered, by=UserFactory())
    after = client.get("/admin/").content.decode()

    assert address in first
    assert "Drafts that came with the portal" in first
    assert "It came with a new release of the portal" in outline
    assert "Drafts that came with the portal" not in before + after


def test_others_are_not_told(ship, client, settings):
    settings.TWO_FACTOR_REQUIRED = False
    sync_roles()
    client.force_login(UserFactory(staff=True, roles=["tip recipient"]))
    own(2, is_published=True)
    ship(2)

    assert "Drafts that came with" not in client.get("/admin/").content.decode()
