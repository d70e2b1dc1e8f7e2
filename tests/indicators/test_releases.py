from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from foundation.audit.models import AuditEvent
from indicators.models import Observation, Release
from indicators.services import load_release, publish_release, try_release
from tests.factories.accounts import UserFactory
from tests.factories.indicators import (
    IndicatorFactory,
    ObservationFactory,
    ReleaseFactory,
    SourceFactory,
    UnitFactory,
    published,
)

pytestmark = pytest.mark.django_db

HEADER = "unit,year,value,breakdown,breakdown_value\n"


@pytest.fixture
def frozen():
    figure = ObservationFactory()
    published(figure.release)
    return figure


def refused(change):
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        change()


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def test_a_published_figure_refuses_the_orm(frozen):
    refused(lambda: Observation.objects.filter(pk=frozen.pk).update(value=6))
    refused(lambda: Observation.objects.filter(pk=frozen.pk).delete())
    refused(lambda: ObservationFactory(release=frozen.release, period="2023"))


def test_a_published_figure_refuses_sql(frozen):
    refused(
        lambda: sql(
            "UPDATE indicators_observation SET value = 6 WHERE id = %s", frozen.pk
        )
    )
    refused(lambda: sql("DELETE FROM indicators_observation WHERE id = %s", frozen.pk))


def test_a_figure_does_not_move_into_a_published_release(frozen):
    other = ObservationFactory(release__edition="draft", period="2023")

    refused(
        lambda: Observation.objects.filter(pk=other.pk).update(release=frozen.release)
    )


def test_a_published_release_refuses_the_orm_and_sql(frozen):
    release = Release.objects.filter(pk=frozen.release_id)

    refused(lambda: release.update(published_at=None))
    refused(lambda: release.update(edition="other"))
    refused(
        lambda: sql(
            "UPDATE indicators_release SET sha256 = '' WHERE id = %s", frozen.release_id
        )
    )


def test_a_correction_supersedes_and_the_old_figures_stay():
    unit, editor = UnitFactory(code="crimes"), UserFactory()
    indicator, source = IndicatorFactory(), SourceFactory()
    common = {
        "indicator": indicator,
        "source": source,
        "retrieved_on": date(2025, 1, 2),
        "by": editor,
    }
    first = load_release(
        **common, edition="1", content=f"{HEADER}crimes,2024,5,,\n".encode()
    )
    publish_release(release=first, by=editor)
    second = load_release(
        **common, edition="2", content=f"{HEADER}crimes,2024,6,,\n".encode()
    )

    publish_release(release=second, by=editor)

    second.refresh_from_db()
    assert second.supersedes == first
    assert [row.value for row in Observation.objects.current()] == [6]
    assert first.observations.get().value == 5
    assert unit.observations.count() == 2
    assert AuditEvent.objects.filter(action="publish").count() == 2


def test_an_empty_release_is_not_published():
    with pytest.raises(ValidationError, match="no figures"):
        publish_release(release=ReleaseFactory(), by=UserFactory())


def test_a_dry_run_shows_what_differs_and_stores_nothing():
    unit = UnitFactory(code="crimes")
    figure = ObservationFactory(unit=unit, period="2023", value=4)
    ObservationFactory(release=figure.release, unit=unit, period="2022", value=3)
    release = published(figure.release)

    _rows, difference = try_release(
        indicator=release.indicator,
        source=release.source,
        content=f"{HEADER}crimes,2023,5,,\ncrimes,2024,9,,\n".encode(),
    )

    assert [(a.value, b.value) for a, b in difference.changed] == [(4, 5)]
    assert [row.period for row in difference.added] == ["2024"]
    assert [row.period for row in difference.removed] == ["2022"]
    assert Observation.objects.count() == 2


def test_a_draft_is_not_public(client):
    figure = ObservationFactory()

    page = client.get(f"/en/statistics/{figure.release.indicator.code}/")
    draft = client.get(f"{page.request['PATH_INFO']}releases/{figure.release_id}/")

    assert page.context["panels"] == []
    assert draft.status_code == 404
