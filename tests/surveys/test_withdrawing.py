"""Results taken back: listed with the reason, shown nowhere, and for good."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from foundation.audit.models import AuditEvent
from foundation.languages import columns
from foundation.open_data.editions import keep_edition
from surveys.datasets import FIGURES, changes_of_releases, public_figures
from surveys.models import Release, Wave
from surveys.services.publishing import verify, withdraw_release
from tests.factories.accounts import UserFactory
from tests.surveys.test_publishing import hand_wave, released

pytestmark = pytest.mark.django_db
REASON = {"kk": "Қате салмақ", "ru": "Ошибка в весах", "en": "Wrong weights"}
CORRECTION = {"reason_kk": "Түзету", "reason_ru": "Исправление"}
FILES = ["csv", "json", "sdmx", "ddi", "package"]


def export_of(wave):
    return reverse("surveys:export", args=[wave.public_id, "csv"])


def wave_fields(wave, **changed):
    """Return what staff post who change a closed wave."""
    words = [*columns("label"), *columns("population")]
    return {
        **{name: getattr(wave, name) for name in words},
        "opens_on": wave.opens_on.isoformat(),
        "closes_on": wave.closes_on.isoformat(),
        **dict.fromkeys(["pairs-TOTAL_FORMS", "pairs-INITIAL_FORMS"], "0"),
        **changed,
    }


def withdrawn(release):
    return withdraw_release(release=release, reason=REASON, by=None)


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def release():
    return released(hand_wave())


@pytest.fixture
def head(client, settings):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(root=True))
    return client


def test_a_withdrawn_release_shows_its_reason_and_no_figure(client, release):
    figure = '<td class="num">20</td>'
    address = release.get_absolute_url()
    assert figure in client.get(address).content.decode()

    withdrawn(release)

    page = client.get(address).content.decode()
    assert "Wrong weights" in page
    assert release.sha256 in page
    assert figure not in page
    assert "download>" not in page


@pytest.mark.parametrize("file_format", FILES)
def test_its_files_are_gone_and_say_why(client, release, file_format):
    withdrawn(release)

    answer = client.get(f"{release.get_absolute_url()}{file_format}/")

    assert answer.status_code == 410
    assert "Wrong weights" in answer.content.decode()


def test_the_tables_of_the_wave_wait_for_the_next_release(client, release):
    wave, figure = release.wave, '<td class="num">20</td>'
    assert figure in client.get(wave.get_absolute_url()).content.decode()

    withdrawn(release)

    page = client.get(wave.get_absolute_url()).content.decode()
    assert "Wrong weights" in page
    assert figure not in page
    assert "download>" not in page
    assert client.get(export_of(wave)).status_code == 410

    released(wave, number=2, **CORRECTION)
    assert figure in client.get(wave.get_absolute_url()).content.decode()
    assert client.get(export_of(wave)).status_code == 200


def test_a_withdrawn_older_release_leaves_the_tables_of_the_newer(client, release):
    released(release.wave, number=2, **CORRECTION)

    withdrawn(release)

    assert client.get(export_of(release.wave)).status_code == 200


def test_versions_of_the_open_data_that_had_it_are_withdrawn(
    client, release, django_capture_on_commit_callbacks
):
    edition = keep_edition(FIGURES)
    stored = Path(edition.file.path)
    address = f"/en/data/survey-results/editions/{edition.made_on}/"
    assert stored.exists()

    with django_capture_on_commit_callbacks(execute=True):
        withdrawn(release)

    answer = client.get(address)
    assert answer.status_code == 410
    assert "should not have been published" in answer.content.decode()
    assert not stored.exists()


def test_a_version_from_before_the_release_stays(release, time_machine):
    time_machine.move_to(timezone.now() - timedelta(days=1))
    before = keep_edition(FIGURES)
    time_machine.move_to(timezone.now() + timedelta(days=1))

    withdrawn(release)

    before.refresh_from_db()
    assert before.is_readable
    assert Path(before.file.path).exists()


def test_after_a_withdrawal_more_can_be_hidden_and_nothing_shown(head, release):
    address = reverse("admin:surveys_wave_change", args=[release.wave.pk])
    assert 'name="min_cell"' not in head.get(address).content.decode()

    withdrawn(release)
    refused = head.post(address, wave_fields(release.wave, min_cell="9"))
    assert "on the promise of at least 10" in refused.content.decode()
    head.post(address, wave_fields(release.wave, min_cell="50"))

    released(release.wave, number=2, **CORRECTION)
    page = head.get(release.wave.get_absolute_url()).content.decode()
    assert '<td class="num">20</td>' not in page
    assert Wave.objects.get(pk=release.wave.pk).min_cell == 50


def test_the_database_lets_no_smaller_group_be_shown(release):
    Wave.objects.update(min_cell=50)

    with pytest.raises(DatabaseError, match="promised"), transaction.atomic():
        Wave.objects.update(min_cell=20)


def test_it_stays_listed_and_leaves_open_data(client, release):
    assert public_figures().exists()

    withdrawn(release)

    page = client.get(release.wave.get_absolute_url()).content.decode()
    assert "(Withdrawn): Wrong weights" in page
    assert not public_figures().exists()
    assert next(iter(changes_of_releases(1))).text == "Wrong weights"


def test_it_keeps_what_was_frozen(release):
    withdrawn(release)

    release.refresh_from_db()
    assert verify(release)
    assert AuditEvent.objects.filter(action="withdraw").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"state": "published", "withdrawn_on": None},
        {"withdrawal_kk": "Басқа"},
        {"withdrawn_on": "2020-01-01"},
        {"body": "{}"},
    ],
)
def test_a_withdrawal_is_for_good(release, change):
    withdrawn(release)

    with pytest.raises(DatabaseError, match="superseded"), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(**change)
    with pytest.raises(ValidationError, match="Only published"):
        withdrawn(release)


def test_no_withdrawal_without_a_reason(release):
    with pytest.raises(ValidationError, match="reason"):
        withdraw_release(release=release, reason={"en": "Wrong"}, by=None)
    with pytest.raises(DatabaseError, match="day_and_reason"), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(state="withdrawn")


def test_a_draft_is_not_withdrawn():
    draft = Release.objects.create(wave=hand_wave(), number=1)

    with pytest.raises(ValidationError, match="Only published"):
        withdrawn(draft)


def test_a_superseded_release_does_not_come_back(release):
    second = released(release.wave, number=2, **CORRECTION)

    withdrawn(second)

    release.refresh_from_db()
    assert release.state == "superseded"
    with pytest.raises(DatabaseError, match="superseded"), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(state="published")


def test_staff_withdraw_with_a_reason(head, release):
    address = reverse("admin:surveys_release_withdraw", args=[release.pk])
    change = reverse("admin:surveys_release_change", args=[release.pk])
    assert address in head.get(change).content.decode()

    head.post(address, {"reason_kk": "Қате", "reason_ru": ""})
    release.refresh_from_db()
    assert release.state == "published"
    head.post(address, dict.fromkeys(columns("reason"), "Ошибка"))

    release.refresh_from_db()
    assert release.state == "withdrawn"
    assert "Ошибка" in head.get(change).content.decode()


def test_who_may_not_publish_may_not_withdraw(client, settings, release):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(UserFactory(staff=True))

    answer = client.get(reverse("admin:surveys_release_withdraw", args=[release.pk]))

    assert answer.status_code == 403
