import gzip
import json
import re
from datetime import date
from itertools import pairwise

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from indicators.charts import (
    Bar,
    BarRow,
    Change,
    Point,
    bar_chart,
    line_chart,
    multiples,
    nice_ticks,
    slope_chart,
    spread,
)
from indicators.models import Breakdown, Indicator, Observation, Remark
from indicators.panels import panels_of
from tests.factories.indicators import (
    IndicatorFactory,
    ObservationFactory,
    ReleaseFactory,
    published,
)


def points(*values, **extra):
    return [
        Point(2020.0 + n, v, str(2020 + n), str(v), **extra)
        for n, v in enumerate(values)
    ]


def line(given, **options):
    return line_chart(given, tick_text=str, **options)


def test_a_line_joins_neighbours_only():
    chart = line([*points(1, 2), Point(2024.0, 3, "2024", "3")])

    assert len(chart.lines) == 1
    assert len(chart.dashes) == 1


@given(
    st.lists(st.floats(0, 300), min_size=1, max_size=20),
)
def test_names_never_overlap_and_keep_their_order(places):
    moved = spread(places, 15, 0, 300)

    assert min(moved) >= 0
    assert max(moved) <= 300
    by_place = sorted(zip(places, moved, strict=True))
    for (_, above), (_, below) in pairwise(sorted(by_place, key=lambda p: p[1])):
        assert below - above >= 15 - 1e-9
    for (place, above), (other, below) in pairwise(by_place):
        assert place == other or above < below


def test_a_slope_leads_from_before_to_after():
    series = [Change("A", *points(10, 20)), Change("B", *points(20, 10))]

    rising, falling = slope_chart(series).slopes

    assert float(rising.before.y) > float(rising.after.y)
    assert float(falling.before.y) < float(falling.after.y)
    ranks = slope_chart(series, is_falling=True).slopes
    assert float(ranks[0].before.y) < float(ranks[0].after.y)


def test_a_break_cuts_the_line():
    chart = line(points(1, 2, 3, 4), breaks=[2022.0])

    assert len(chart.lines) == 2
    assert chart.dashes == []
    assert len(chart.breaks) == 1


def test_bounds_are_a_band():
    assert line(points(1, 2, 3, lower=0.5, upper=3.5)).band.startswith("M")
    assert line(points(1, 2, 3)).band == ""


def test_the_best_rank_is_at_the_top():
    chart = line(points(88, 96, 120), is_falling=True)

    assert float(chart.marks[0].y) < float(chart.marks[1].y) < float(chart.marks[2].y)


def test_a_rival_figure_is_not_on_the_line():
    rival = Point(2022.0, 9, "2022", "9", is_rival=True)

    chart = line([*points(1, 2, 3), rival])

    assert chart.lines[0].count("L") == 2
    assert chart.last.point.value == 3


@pytest.mark.parametrize(
    ("values", "is_under"),
    [((1, 2, 3), False), ((3, 2, 1.5), True), ((3, 2, 0), False), ((2,), False)],
)
def test_the_last_figure_is_written_beside_the_line(values, is_under):
    chart = line(points(*values))

    assert (float(chart.last_text_y) > float(chart.last.y)) is is_under


def test_bars_begin_at_zero():
    chart = bar_chart([BarRow("a", [Bar(10, "10")]), BarRow("b", [Bar(5, "5")])])

    widths = [float(row.bars[0].width) for row in chart.rows]
    assert widths[0] == pytest.approx(2 * widths[1])


def test_small_charts_share_one_scale():
    chart = multiples([("a", points(0, 50)), ("b", points(0, 100))])

    heights = [float(small.marks[1].y) for small in chart.charts]
    assert heights[0] > heights[1]


@pytest.mark.parametrize(
    ("low", "high"), [(0, 0), (1, 1), (-5, 3), (0, 1e13), (0.52, 0.54)]
)
def test_ticks_enclose_what_they_measure(low, high):
    ticks = nice_ticks(low, high)

    assert ticks[0] <= low <= high <= ticks[-1]
    assert 2 <= len(ticks) <= 8


def test_scopes_are_never_in_one_panel(db):
    release = ReleaseFactory()
    for kind in ("all bodies", "agency"):
        scope = Breakdown.objects.create(
            kind=kind, role="scope", name_kk=kind, name_ru=kind, name_en=kind
        )
        ObservationFactory(release=release, breakdown=scope)

    panels = panels_of(release.indicator, Observation.objects.with_names())

    assert [panel.scope.kind for panel in panels] == ["all bodies", "agency"]


def test_a_part_of_a_year_is_not_joined_to_years(db):
    release = ReleaseFactory()
    unit = ObservationFactory(release=release).unit
    ObservationFactory(
        release=release, unit=unit, period="2025-Q1", period_start=date(2025, 1, 1)
    )

    assert len(panels_of(release.indicator, Observation.objects.with_names())) == 2


def test_the_reform_of_2022_breaks_lines_of_areas_only(db):
    indicator = IndicatorFactory()
    Remark.objects.create(
        indicator=indicator, kind="break", period="2022", only_areas=True,
        text_kk="x", text_ru="x", text_en="x",
    )  # fmt: skip
    release = ReleaseFactory(indicator=indicator)
    unit = None
    for year in (2020, 2021, 2022, 2023):
        row = ObservationFactory(
            release=release, period=str(year), period_start=date(year, 1, 1),
            **({"unit": unit} if unit else {}),
        )  # fmt: skip
        unit = row.unit

    (panel,) = panels_of(indicator, Observation.objects.with_names())

    assert panel.kind == "line"
    assert panel.chart.breaks == []


CODES = [
    "cpi_score",
    "cpi_rank",
    "cpi_component",
    "registered_corruption_crimes",
    "persons_convicted_of_corruption",
    "wb_control_of_corruption_percentile",
    "akimat_staff_corruption_offenders",
    "non_cash_share",
]
SVG = re.compile(r'<svg class="chart".*?</svg>', re.DOTALL)


@pytest.mark.usefixtures("shipped")
class TestShippedCharts:
    def all_panels(self):
        for indicator in Indicator.objects.prefetch_related("remarks"):
            rows = Observation.objects.current().filter(release__indicator=indicator)
            yield from panels_of(indicator, rows.with_names())

    def test_no_panel_mixes_stages_scopes_or_units(self):
        mixed = [
            panel.title
            for panel in self.all_panels()
            if len({row.release.indicator.stage for row in panel.rows}) > 1
            or len({row.unit_id for row in panel.rows}) > 1
            or len({
                row.breakdown_id for row in panel.rows
                if row.breakdown and row.breakdown.role == "scope"
            }) > 1
        ]  # fmt: skip

        assert mixed == []

    def test_every_figure_is_in_a_panel(self):
        shown = {row.pk for panel in self.all_panels() for row in panel.rows}

        assert shown == set(Observation.objects.values_list("pk", flat=True))

    def test_every_panel_has_a_finding_source_and_date(self):
        lacking = [
            panel.name
            for language in ("kk", "ru", "en")
            for panel in self.in_language(language)
            if not (
                panel.title
                and panel.description
                and all(row.release.source.name for row in panel.rows)
                and all(row.release.retrieved_on for row in panel.rows)
                and all(row.unit.name for row in panel.rows)
            )
        ]

        assert lacking == []

    def in_language(self, language):
        with override(language):
            yield from self.all_panels()

    def test_a_chart_is_small_and_described(self, client):
        pages = [
            client.get(f"/{language}/statistics/{code}/").content.decode()
            for code in CODES
            for language in ("kk", "ru", "en")
        ]
        charts = [chart for html in pages for chart in SVG.findall(html)]

        assert len(charts) >= len(pages)
        assert max(len(gzip.compress(chart.encode())) for chart in charts) <= 15_000
        assert all('role="img"' in chart for chart in charts)
        assert all(re.search(r"<title id=[^>]+>.+</title>", c) for c in charts)
        assert all(re.search(r"<desc id=[^>]+>.+</desc>", c) for c in charts)

    def test_chart_table_and_file_show_the_same(self, client):
        for code in CODES:
            page = client.get(f"/en/statistics/{code}/")
            html = page.content.decode()
            drawn = sorted(float(v) for v in re.findall(r'data-value="([^"]+)"', html))
            panels = page.context["panels"]
            in_panels = sorted(
                float(r.value) for p in panels if p.chart for r in p.rows
            )
            cells = {int(pk) for pk in re.findall(r'data-cell="(\d+)"', html)}
            file = client.get(f"/en/statistics/{code}/json/")
            content = json.loads(file.getvalue())
            rows = next(v for v in content.values() if isinstance(v, list))
            stored = Observation.objects.current().filter(release__indicator__code=code)

            assert drawn == in_panels
            assert cells == {row.pk for row in stored}
            assert sorted(float(row["value"]) for row in rows) == sorted(
                float(row.value) for row in stored
            )

    def test_every_indicator_page_has_what_a_reader_must_know(self, client):
        lacking = []
        for indicator in Indicator.objects.all():
            html = client.get(f"/en/statistics/{indicator.code}/").content.decode()
            needed = [
                "taken from the source on",
                "csv/",
                'class="lead"',
                "To cite this page",
            ]
            lacking += [(indicator.code, text) for text in needed if text not in html]

        assert lacking == []

    def test_the_dashboard_asks_few_queries(
        self, client, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(40):
            response = client.get("/en/statistics/")

        assert len(response.context["headlines"]) == 12


def test_a_superseded_release_stays_readable(client, db):
    figure = ObservationFactory()
    old = published(figure.release)
    new = ReleaseFactory(indicator=old.indicator, source=old.source, supersedes=old)
    ObservationFactory(release=new, value=7)
    published(new)

    page = client.get(f"/en/statistics/{old.indicator.code}/releases/{old.pk}/")

    assert "were revised" in page.content.decode()
    assert Observation.objects.current().get().value == 7


@pytest.mark.parametrize("page", ["releases/{}/csv/", "csv/", "xlsx/", "json/"])
def test_files_of_an_indicator_open(client, db, page):
    release = published(ObservationFactory().release)

    response = client.get(
        f"/en/statistics/{release.indicator.code}/{page.format(release.pk)}"
    )
    response.close()

    assert response.status_code == 200
    assert response["X-Row-Count"] == "1"


@pytest.mark.parametrize(
    ("query", "count"),
    [("indicator=none", 0), ("period=2024", 1), ("period=1999", 0), ("area=%00", 0)],
)
def test_the_api_filters_figures(client, db, query, count):
    published(ObservationFactory().release)

    response = client.get(f"/api/v1/observations/?{query}")

    assert response.status_code == 200
    assert response.content.decode().count('"public_id"') == count
