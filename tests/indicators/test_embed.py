import re

import pytest

pytestmark = pytest.mark.django_db
PAGE = "/en/statistics/cpi_score/"


def test_only_the_embedded_page_may_stand_in_a_frame(client, shipped):
    page, embedded = client.get(PAGE), client.get(f"{PAGE}embed/")

    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors *" in embedded["Content-Security-Policy"]
    assert "X-Frame-Options" not in embedded


def test_it_brings_no_script_cookie_or_other_host(client, shipped):
    embedded = client.get(f"{PAGE}embed/")

    assert "<script" not in embedded.text
    assert not embedded.cookies
    assert "default-src 'none'" in embedded["Content-Security-Policy"]
    assert set(re.findall(r'(?:src|href)="(https?://[^/"]+)', embedded.text)) == {
        "http://testserver"
    }


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_it_draws_what_the_page_draws_and_leads_there(client, shipped, language):
    path = f"/{language}/statistics/cpi_score/"
    page, embedded = client.get(path).text, client.get(f"{path}embed/").text

    drawn = re.findall(r'data-value="([^"]+)"', page)
    assert drawn
    assert re.findall(r'data-value="([^"]+)"', embedded) == drawn
    assert f'href="http://testserver{path}"' in embedded
    assert f"http://testserver{path}embed/" in page
