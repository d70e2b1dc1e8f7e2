"""The room's first page: what it quotes of the programme."""

import re

from indicators.models import Observation

FIGURE = re.compile(r'/statistics/(\w+)/">[^<]*</a></dd><dt>[^<]*</dt><dd>([^<]+)</dd>')


def test_the_programme_has_achieved_what_its_indicators_say(client, real_data):
    rows = Observation.objects.current()
    people = rows.get(release__indicator__code="volunteers")
    saved = rows.get(
        release__indicator__code="volunteers_prevented_overpricing", unit__code="KZT"
    )

    page = client.get("/en/volunteers/").text

    assert FIGURE.findall(page) == [
        ("volunteers", f"{people.value:,.0f}"),
        ("volunteers_prevented_overpricing", f"{saved.value / 10**9:,.0f}"),
    ]
    assert (people.value, saved.value) == (2_500, 16 * 10**9)


def test_a_portal_without_such_figures_claims_none(client, db, settings, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "statistics.csv").write_text("indicator,unit,value\n")
    settings.BASE_DIR = tmp_path

    page = client.get("/en/volunteers/").text

    assert FIGURE.findall(page) == []
    assert "monitoring of the quality of roads" not in page
