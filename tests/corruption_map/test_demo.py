import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Count

from corruption_map.demo import load_demo, remove_demo
from corruption_map.models import (
    Measure,
    Risk,
    RiskAssessment,
    VulnerablePosition,
)
from corruption_map.shipped import load_map
from foundation.territory.models import PublicBody
from foundation.territory.shipped import load_territory

FEW = 200


@pytest.fixture
def real(db):
    load_territory()
    load_map()


def sizes():
    models = [*apps.get_app_config("corruption_map").get_models(), PublicBody]
    return {model: model.objects.count() for model in models}


def contents():
    return list(
        Risk.objects.filter(is_demo=True).order_by("pk").values("title_kk", "year")
    )


@pytest.mark.usefixtures("real")
def test_removing_leaves_what_was_there():
    before = sizes()
    load_demo()

    assert remove_demo() == 1000
    assert sizes() == before


def test_loading_twice_adds_once(real_data):
    load_demo(FEW)
    before = sizes()

    call_command("load_demo")

    assert sizes() == before


@pytest.mark.usefixtures("real")
def test_same_rows_every_time():
    load_demo(FEW)
    first = contents()
    remove_demo()

    load_demo(FEW)

    assert contents() == first


@pytest.fixture
def demo(real):
    load_demo(FEW)


TEXTS = [
    (Risk, "title"),
    (Risk, "description"),
    (Measure, "text"),
    (RiskAssessment, "rationale"),
    (VulnerablePosition, "title"),
]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("model", "column"), TEXTS)
def test_every_text_says_that_it_is_made_up(model, column):
    rows = model.objects.filter(is_demo=True)

    marked = rows.filter(
        **{
            f"{column}_kk__startswith": "Демонстрация:",
            f"{column}_ru__startswith": "Демонстрация:",
            f"{column}_en__startswith": "Demonstration:",
        }
    )

    assert marked.count() == rows.count() > 0


@pytest.mark.usefixtures("demo")
def test_no_real_body_gets_a_made_up_risk():
    assert not Risk.objects.filter(is_demo=True, body__is_demo=False).exists()
    assert not Risk.objects.filter(is_demo=False, body__is_demo=True).exists()


@pytest.mark.usefixtures("demo")
def test_areas_differ():
    per_area = (
        Risk.objects.filter(is_demo=True).values("area").annotate(risks=Count("pk"))
    )

    found = sorted(row["risks"] for row in per_area)
    assert found[-1] > 4 * found[0]


@pytest.mark.usefixtures("demo")
def test_measures_stand_in_every_state():
    states = set(Measure.objects.filter(is_demo=True).values_list("state", flat=True))

    assert states == set(Measure.State) - {Measure.State.CANCELLED}
