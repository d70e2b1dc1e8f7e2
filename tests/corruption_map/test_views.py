import gzip
import json
import random
import re

import pytest

from corruption_map.counts import recount_all
from corruption_map.models import PublicComment, Risk
from tests.factories.corruption_map import (
    MeasureFactory,
    RiskAssessmentFactory,
    RiskFactory,
    VulnerablePositionFactory,
)

pytestmark = pytest.mark.django_db

CELL = re.compile(r'data-iso="([^"]+)" data-value="([^"]*)"')
DRAWN = re.compile(r'data-iso="([^"]+)"><title>[^<]*: ([^<]*)</title>')
LEGEND = re.compile(r"<span class=\"soft\">(\d+) area")


def text(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("state", [Risk.State.DRAFT, Risk.State.IN_REVIEW])
def test_a_risk_that_is_not_public_is_not_found(client, state):
    risk = RiskFactory(state=state)

    assert client.get(f"/en/risks/{risk.public_id}/").status_code == 404


def test_a_risk_withdrawn_before_publication_leaves_no_trace(client):
    risk = RiskFactory(state=Risk.State.WITHDRAWN)

    assert client.get(f"/en/risks/{risk.public_id}/").status_code == 404


def test_a_withdrawn_risk_says_why_and_not_what(client):
    risk = RiskFactory(
        closed=True, title_en="Bribes", state_reason_en="Wrong body", year=2023
    )
    Risk.objects.filter(pk=risk.pk).update(state=Risk.State.WITHDRAWN)

    answer = client.get(f"/en/risks/{risk.public_id}/")

    assert answer.status_code == 410
    assert "Wrong body" in answer.content.decode()
    assert "Bribes" not in answer.content.decode()


def test_a_measure_of_a_draft_is_not_found(client):
    measure = MeasureFactory(risk=RiskFactory())

    assert client.get(f"/en/measures/{measure.public_id}/").status_code == 404


def test_lists_hide_what_is_not_public(client):
    RiskFactory(title_en="Secret draft")
    MeasureFactory(risk=RiskFactory(), text_en="Secret measure")
    VulnerablePositionFactory(title_en="Secret post")

    for path in ("/en/risks/", "/en/measures/", "/en/positions/", "/en/"):
        assert "Secret" not in text(client, path)


def test_an_unknown_choice_is_named_and_shows_no_rows(client):
    RiskFactory(published=True, title_en="Bribes at customs")

    answer = client.get("/en/risks/", {"level": "enormous"})

    assert answer.status_code == 400
    assert "enormous is not one of the available choices" in answer.content.decode()
    assert "Bribes at customs" not in answer.content.decode()


def test_pages_by_key_show_every_risk_once(client):
    for number in range(45):
        RiskFactory(
            published=True, title_en=f"Numbered {number:02}", year=2020 + number % 4
        )
    recount_all()

    seen, path = [], "/en/risks/"
    while path:
        page = text(client, path)
        seen += re.findall(r"Numbered \d\d", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = f"/en/risks/{following[1]}".replace("&amp;", "&") if following else None

    assert sorted(seen) == [f"Numbered {number:02}" for number in range(45)]


def test_the_page_before_is_the_page_that_was_left(client):
    for number in range(25):
        RiskFactory(published=True, title_en=f"Numbered {number:02}")
    first = text(client, "/en/risks/")
    second = text(
        client, "/en/risks/" + re.search(r'rel="next" href="([^"]+)"', first)[1]
    )

    again = text(
        client, "/en/risks/" + re.search(r'rel="prev" href="([^"]+)"', second)[1]
    )

    assert re.findall(r"Numbered \d\d", again) == re.findall(r"Numbered \d\d", first)


@pytest.mark.parametrize(
    "cursor", ["x", "2024", "2024~x", "~", "9" * 40 + "~1", "2024~1~1"]
)
def test_a_broken_cursor_shows_the_first_page(client, cursor):
    RiskFactory(published=True, title_en="Bribes at customs")

    assert "Bribes at customs" in text(client, "/en/risks/", after=cursor)


def test_the_most_overdue_measure_comes_first(client):
    risk = RiskFactory(published=True)
    MeasureFactory(risk=risk, text_en="No deadline")
    MeasureFactory(risk=risk, text_en="Late", deadline="2026-01-01")
    MeasureFactory(risk=risk, text_en="Later", deadline="2025-01-01")
    MeasureFactory(risk=risk, text_en="Checked", deadline="2020-01-01", verified=True)

    page = text(client, "/en/measures/")

    assert re.findall(r"/\">(No deadline|Late|Later|Checked)<", page) == [
        "Later",
        "Late",
        "No deadline",
        "Checked",
    ]


def test_the_matrix_is_a_table_with_number_and_word_in_every_cell(client):
    risk = RiskFactory(published=True)
    RiskAssessmentFactory(risk=risk, likelihood=4, impact=5)

    page = text(client, f"/en/risks/{risk.public_id}/")

    cells = re.findall(
        r'cell-score">(\d+)</span> <span class="cell-word">(\w+)</span>', page
    )
    assert sorted(int(score) for score, _ in cells) == sorted(
        a * b for a in range(1, 6) for b in range(1, 6)
    )
    assert {word for _, word in cells} == {"Low", "Medium", "High", "Critical"}
    assert page.count("cell-mark") == 1


def test_a_comment_waits_for_moderation(client):
    risk = RiskFactory(published=True)

    client.post(
        f"/en/risks/{risk.public_id}/comment/", {"text": "Queues are sold here."}
    )

    comment = PublicComment.objects.get()
    assert comment.state == PublicComment.State.PENDING
    assert "Queues are sold" not in text(client, f"/en/risks/{risk.public_id}/")


@pytest.mark.parametrize(
    "body",
    [{"text": "short"}, {"text": "x" * 2001}, {"text": "Long enough", "website": "x"}],
)
def test_a_bad_comment_is_refused_and_not_kept(client, body):
    risk = RiskFactory(published=True)

    answer = client.post(f"/en/risks/{risk.public_id}/comment/", body)

    assert answer.status_code == 200
    assert not PublicComment.objects.exists()


def test_a_text_in_another_language_says_so(client):
    risk = RiskFactory(
        published=True, description_kk="", description_ru="", title_en=""
    )

    page = text(client, f"/en/risks/{risk.public_id}/")

    assert f'<span lang="kk">{risk.title_kk}</span>' in page
    assert "Not yet in English" in page


def test_a_page_of_risks_takes_few_queries(client, django_assert_max_num_queries):
    for _number in range(25):
        RiskFactory(published=True)
    recount_all()

    with django_assert_max_num_queries(6):
        text(client, "/kk/risks/", status="published")


def test_made_up_rows_bring_a_banner(client):
    risk = RiskFactory(published=True, is_demo=True)
    recount_all()

    for path in ("/en/", "/en/map/", "/en/risks/", f"/en/risks/{risk.public_id}/"):
        assert "made-up rows" in text(client, path)


def test_real_rows_bring_no_banner(client, real_data):
    for path in ("/en/", "/en/map/", "/en/risks/", "/en/risks/R001/"):
        assert "made-up rows" not in text(client, path)


def random_states(count, seed):
    picker = random.Random(seed)
    choices = {
        "measure": ["risks", "eliminated", "overdue", "level"],
        "unit": ["number", "rate"],
        "classes": ["quantile", "equal", "natural", "fixed"],
        "year": ["", "2022", "2024", "2016"],
        "sphere": ["", "customs", "land", "procurement", "education"],
        "detection": ["", "external_assessment", "internal_analysis", "survey"],
        "level": ["", "none", "low", "critical"],
        "status": ["", "published", "closed"],
        "kind": ["", "ministry", "akimat", "committee"],
    }
    return [
        {name: picker.choice(options) for name, options in choices.items()}
        for _ in range(count)
    ]


def test_map_table_api_and_file_agree_in_200_states(client, real_data):
    for state in random_states(200, seed=7):
        page = text(client, "/en/map/", **state)
        table = dict(CELL.findall(page))
        drawn = dict(DRAWN.findall(page))
        sent = client.get("/en/map/export/json/", state)
        file_rows = json.loads(sent.getvalue())["rows"]
        api_rows = client.get("/api/v1/map/", state).json()["rows"]

        assert len(table) == len(drawn) == 20
        shown = {iso: float(value) if value else None for iso, value in table.items()}
        assert shown == {row["area"]: row["value"] for row in file_rows}, state
        assert shown == {row["area"]: row["value"] for row in api_rows}, state
        assert sum(map(int, LEGEND.findall(page))) == 20
        for iso, value in table.items():
            assert not value or float(drawn[iso].replace(",", "")) == float(value)


def test_the_map_counts_what_the_list_counts(client, real_data):
    for state in random_states(40, seed=11):
        filters = {
            name: state[name]
            for name in ("year", "sphere", "detection", "level", "status", "kind")
        }
        page = text(client, "/en/map/", measure="risks", **filters)
        listed = text(client, "/en/risks/", **filters)

        total = int(
            re.search(r'<strong class="number">([\d,]+)', listed)[1].replace(",", "")
        )
        outside = re.search(r"(\d+) risks? more", page)
        on_map = sum(int(value) for _iso, value in CELL.findall(page))
        assert on_map + int(outside[1] if outside else 0) == total


def test_areas_come_in_the_order_of_the_readers_alphabet(client, real_data):
    page = text(client, "/kk/map/")

    names = re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)<', page)

    assert names[:3] == ["Абай облысы", "Ақмола облысы", "Ақтөбе облысы"]
    assert names.index("Қостанай облысы") > names.index("Жетісу облысы")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_coordinates_have_no_decimal_comma(client, real_data, language):
    page = text(client, f"/{language}/map/")

    places = re.findall(r'<(?:text|rect|svg)[^>]* [xy]="([^"]*)"', page)

    assert len(places) > 20
    assert [place for place in places if "," in place] == []


def test_the_map_page_is_light(client, real_data):
    answer = client.get("/kk/map/", headers={"accept-encoding": "gzip"})

    drawing = re.search(
        r"<svg class=\"map\".*?</svg>\s*</div>", answer.content.decode(), re.DOTALL
    )

    assert len(gzip.compress(answer.content)) <= 60_000
    assert len(gzip.compress(drawing[0].encode())) <= 12_000


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("title_en", "title (English)"),
        ("state", "state"),
        ("residual_assessment", "residual assessment"),
        ("verified_state", "state found by the verifier"),
    ],
)
def test_the_public_history_names_what_changed(client, field, label):
    risk = RiskFactory(published=True)
    risk.changes.create(field=field, before="", after="closed")

    assert f"<td>{label}" in text(client, f"/en/risks/{risk.public_id}/")


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_no_shipped_page_falls_back_to_another_language(client, real_data, language):
    ids = Risk.objects.public().values_list("public_id", flat=True)
    paths = ["", "map/", "measures/", "areas/KZ-35/", "bodies/", "report/", "about/"]

    pages = [
        text(client, f"/{language}/{path}")
        for path in [*paths, *(f"risks/{public_id}/" for public_id in ids)]
    ]

    assert len(pages) > 100
    assert [page for page in pages if 'class="fallback"' in page] == []
    # A quotation stays in the language of its source.
    own = [
        re.sub(r"<blockquote.*?</blockquote>", "", p, flags=re.DOTALL) for p in pages
    ]
    assert [p for p in own if '<span lang="' in p.partition("<main")[2]] == []
