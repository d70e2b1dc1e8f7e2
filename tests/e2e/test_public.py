"""What a reader does, in a real browser."""

import pytest

from tests.e2e.walking import LOOKS, follow, look_at

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("real_data"),
]

PATHS = [
    "",
    "map/",
    "risks/",
    "risks/R002/",
    "measures/",
    "measures/R002M/",
    "positions/",
    "statistics/",
    "statistics/cpi_score/",
    "statistics/registered_corruption_crimes/",
    "library/",
    "library/guidance-285/",
    "library/guidance-285/helpful/",
    "library/decree-944/",
    "courses/",
    "courses/anti-corruption-standard/",
    "courses/anti-corruption-standard/start/",
    "courses/mine/",
    "certificates/",
    "areas/",
    "areas/KZ-35/",
    "bodies/",
    "bodies/src/",
    "report/",
    "report/statistics/",
    "volunteers/",
    "volunteers/apply/",
    "initiatives/",
    "observations/",
    "surveys/",
    "surveys/actions/",
    "surveys/corruption-experience/",
    "surveys/corruption-experience/trends/",
    "surveys/results/corruption-experience-2026/",
    "surveys/answer/corruption-experience-2026/",
    "surveys/answer/corruption-experience-2026/resume/",
    "about/",
    "accessibility/",
    "privacy/",
    "style-guide/",
    "reading/",
    "data/",
    "risks/R002/comment/",
    "subscriptions/new/?kind=risk&id=R002",
]
SMALL = """() => [...document.querySelectorAll('a, button, select, input:not([type=hidden])')]
  .filter((e) => !e.closest('p, li:not(.tools li), dd, td, blockquote, figcaption, .skip, .skip-map, h3'))
  .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, r]) => r.width && r.height && (r.width < 24 || r.height < 24) && r.left >= 0)
  .map(([html]) => html)"""


@pytest.fixture
def narrow(page):
    page.set_viewport_size({"width": 320, "height": 700})
    return page


@pytest.mark.parametrize("language", LOOKS)
def test_every_page_is_accessible_and_fits_a_small_screen(narrow, axe, language):
    for path in PATHS:
        look_at(narrow, axe, language, path)
        assert narrow.evaluate(SMALL) == [], f"{path} has small targets"


def test_from_the_country_to_a_measure_in_four_clicks(page):
    page.goto("/en/map/")

    follow(page.locator("svg.map a[data-iso=KZ-35] path"))
    follow(page.locator(".cards .card a").first)
    follow(page.locator(".cards .card h3 a").first)

    assert "/measures/" in page.url
    assert page.locator("h1").count() == 1


def test_all_areas_are_reached_by_keyboard(page):
    page.goto("/en/map/")
    seen = []
    page.locator(".skip-map").focus()
    for _step in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.dataset.iso"))

    assert sorted(seen) == sorted(set(seen))
    assert len([iso for iso in seen if iso]) == 20


def test_call_outs_of_the_cities_are_large_enough_on_a_phone(narrow):
    narrow.goto("/kk/map/")

    boxes = narrow.locator("svg.map a.city > rect")

    assert boxes.count() == 3
    for box in boxes.all():
        size = box.bounding_box()
        assert min(size["width"], size["height"]) >= 24


def test_leaflet_is_loaded_only_when_it_is_asked_for(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/en/map/")
    assert not [url for url in asked if "leaflet" in url]
    assert len(asked) <= 8

    page.get_by_role("button", name="Zoom and move the map").click()
    page.locator(".map-live path").first.wait_for()

    assert page.locator(".map-live path").count() == 20
    page.locator(".map-live path").nth(3).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/areas/KZ-*/")


def test_without_scripts_the_map_shows_what_is_asked_for(open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/en/map/")
    page.select_option("select[name=measure]", "eliminated")
    page.select_option("select[name=year]", "2022")

    follow(page.get_by_role("button", name="Show"))

    assert "measure=eliminated" in page.url
    assert (
        page.locator("#map-title").inner_text().startswith("Share of risks eliminated")
    )
    assert page.locator("td[data-iso]").count() == 20


def test_a_reader_gets_no_cookie(page):
    for path in ("", "map/", "risks/", "about/"):
        page.goto(f"/kk/{path}")

    assert page.context.cookies() == []


def test_a_reading_mode_lasts_without_scripts(open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/en/reading/?next=/en/risks/")
    page.check("input[name=size][value=huge]")
    page.check("input[name=contrast][value=high]")

    follow(page.get_by_role("button", name="Use"))

    assert page.url.endswith("/en/risks/")
    assert page.locator("html").get_attribute("data-size") == "huge"
    assert [cookie["name"] for cookie in page.context.cookies()].count("reading") == 1


def test_a_high_contrast_page_is_accessible(page, axe, address):
    page.context.add_cookies(
        [
            {
                "name": "reading",
                "value": "size-huge.contrast-high.spacing-wide",
                "url": address,
            }
        ]
    )
    for path in ("", "map/", "risks/R002/", "measures/"):
        page.goto(f"/ru/{path}")
        axe(page)
