from datetime import date

from django.utils import timezone
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from indicators.models import Indicator, Observation, Release, Source, Unit


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    code = Sequence(lambda n: f"unit-{n}")
    name_kk = Sequence(lambda n: f"{n}-өлшем")
    name_ru = Sequence(lambda n: f"Единица {n}")
    name_en = Sequence(lambda n: f"units {n}")


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    code = Sequence(lambda n: f"source-{n}")
    name_kk = Sequence(lambda n: f"{n}-дереккөз")
    name_ru = Sequence(lambda n: f"Источник {n}")
    name_en = Sequence(lambda n: f"Source {n}")


class IndicatorFactory(DjangoModelFactory):
    class Meta:
        model = Indicator

    code = Sequence(lambda n: f"indicator-{n}")
    name_kk = Sequence(lambda n: f"{n}-көрсеткіш")
    name_ru = Sequence(lambda n: f"Показатель {n}")
    name_en = Sequence(lambda n: f"Indicator {n}")
    theme = Indicator.Theme.CRIMES
    stage = Indicator.Stage.REGISTERED
    direction = Indicator.Direction.NEUTRAL


class ReleaseFactory(DjangoModelFactory):
    class Meta:
        model = Release

    indicator = SubFactory(IndicatorFactory)
    source = SubFactory(SourceFactory)
    edition = Sequence(lambda n: f"edition {n}")
    retrieved_on = date(2025, 1, 2)
    sha256 = "0" * 64


class ObservationFactory(DjangoModelFactory):
    class Meta:
        model = Observation

    release = SubFactory(ReleaseFactory)
    unit = SubFactory(UnitFactory)
    period = "2024"
    period_start = date(2024, 1, 1)
    period_end = date(2024, 12, 31)
    value = 5
    row_number = Sequence(lambda n: n + 1)


def published(release: Release) -> Release:
    """Freeze a release that has its figures."""
    Release.objects.filter(pk=release.pk).update(published_at=timezone.now())
    release.refresh_from_db()
    return release
