import pytest
from django.utils import translation

from corruption_map.services.bodies import save_position
from corruption_map.services.risks import move_risk, save_risk
from foundation.search.models import SearchDocument
from foundation.search.query import search
from tests.factories.corruption_map import (
    MeasureFactory,
    RiskFactory,
    VulnerablePositionFactory,
)

pytestmark = pytest.mark.django_db


def found(question):
    with translation.override("kk"):
        return [find.path for find in search(question).finds]


def test_published_risk_is_found_with_its_measures(editor):
    row = RiskFactory(in_review=True, title_kk="Пара алу")
    measure = MeasureFactory(risk=row, text_kk="Бейнебақылау")

    move_risk(risk=row, to="published", by=editor)

    paths = [f"/risks/{row.public_id}/", f"/measures/{measure.public_id}/"]
    assert found("параны") == paths
    assert found("бейнебақылаудың") == [f"/measures/{measure.public_id}/"]


def test_change_of_a_title_is_found_at_once(editor):
    row = RiskFactory(published=True, title_kk="Пара алу")
    row.title_kk = "Заң бұзу"

    save_risk(risk=row, by=editor)

    assert found("заңдар") == [f"/risks/{row.public_id}/"]


def test_withdrawn_risk_and_its_measures_are_found_no_more(editor):
    row = RiskFactory(in_review=True, title_kk="Пара алу")
    MeasureFactory(risk=row)
    move_risk(risk=row, to="published", by=editor)

    move_risk(
        risk=row, to="withdrawn", by=editor, reason={"kk": "а", "ru": "а", "en": "a"}
    )

    assert not SearchDocument.objects.exists()


def test_published_position_is_found(editor):
    row = VulnerablePositionFactory(is_published=True, title_kk="Кеден инспекторы")

    save_position(position=row, by=editor)

    assert found("инспекторының") == [f"/positions/?body={row.body.code}"]
