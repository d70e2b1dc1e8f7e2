from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from foundation.open_data import throttling
from foundation.open_data.resources import resources
from foundation.publication import page_redis
from foundation.territory.models import Area
from tests.factories.territory import AreaFactory, PublicBodyFactory

SLUGS = [resource.dataset.slug for resource in resources()]
pytestmark = pytest.mark.django_db


def get(client, path, **headers):
    return client.get(f"/api/v1/{path}", **headers)


def test_schema_is_the_committed_one(tmp_path):
    """Renew it with `manage.py spectacular --lang en --file docs/openapi.yaml`."""
    made = tmp_path / "openapi.yaml"

    call_command(
        "spectacular", "--lang", "en", "--fail-on-warn", "--validate", file=made
    )

    committed = settings.BASE_DIR / "docs" / "openapi.yaml"
    assert made.read_text() == committed.read_text()


def test_schema_is_served_in_english(client):
    answer = client.get("/api/v1/schema/", headers={"accept-language": "kk"})

    committed = Path(settings.BASE_DIR / "docs" / "openapi.yaml").read_text()
    assert yaml.safe_load(answer.content) == yaml.safe_load(committed)


def test_root_names_every_resource(client):
    listed = {row["name"]: row["url"] for row in get(client, "").json()["resources"]}

    assert listed == {slug: f"http://testserver/api/v1/{slug}/" for slug in SLUGS}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_list_is_open(client, slug):
    answer = get(client, f"{slug}/")

    assert answer.json() == {"next": None, "results": []}
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("slug", SLUGS)
def test_row_that_is_not_there_is_not_found(client, slug):
    for key in ("nothing", "%00"):
        assert get(client, f"{slug}/{key}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written(client, method):
    assert getattr(client, method)("/api/v1/areas/").status_code == 405


def test_pages_by_key_have_every_row_once(client):
    AreaFactory.create_batch(7)
    seen, address = [], "/api/v1/areas/?page_size=3"

    while address:
        page = client.get(address).json()
        seen.append([row["iso"] for row in page["results"]])
        address = page["next"]

    assert [len(page) for page in seen] == [3, 3, 1]
    assert [iso for page in seen for iso in page] == list(
        Area.objects.order_by("pk").values_list("iso", flat=True)
    )


def test_next_keeps_the_filter(client):
    AreaFactory.create_batch(3, kind="city")
    AreaFactory(kind="region")

    following = get(client, "areas/?kind=city&page_size=2").json()["next"]

    assert len(client.get(following).json()["results"]) == 1


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("page_size=0", "page_size"),
        ("page_size=1001", "page_size"),
        ("page_size=many", "page_size"),
        ("page_size=²", "page_size"),
        ("cursor=!", "cursor"),
        ("cursor=LTE", "cursor"),
        ("cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ", "cursor"),
        ("kind=planet", "kind"),
        ("parent=%00", "parent"),
        ("knid=city", "knid"),
    ],
)
def test_bad_parameter_is_refused_by_name(client, query, named):
    answer = get(client, f"areas/?{query}")

    assert answer.status_code == 400
    assert list(answer.json()) == [named]


def test_body_is_found_by_area_and_by_code(client):
    here = PublicBodyFactory(area__iso="KZ-35", code="akimat")
    PublicBodyFactory()

    listed = get(client, "bodies/?area=KZ-35").json()["results"]

    assert [row["code"] for row in listed] == [here.code]
    assert get(client, "bodies/akimat/").json() == listed[0]


def test_row_has_its_texts_in_three_languages_as_they_are_written(client):
    AreaFactory(iso="KZ-35", name_kk="Қарағанды облысы")

    answer = get(client, "areas/KZ-35/")

    assert answer.json()["name_kk"] == "Қарағанды облысы"
    assert "Қарағанды" in answer.text


def test_list_takes_one_query(client, django_assert_num_queries):
    AreaFactory.create_batch(20)

    with django_assert_num_queries(1):
        get(client, "areas/")


def test_same_page_again_is_not_sent_again(client):
    AreaFactory()
    first = get(client, "areas/")

    second = get(client, "areas/", headers={"if-none-match": first["ETag"]})
    AreaFactory()
    third = get(client, "areas/", headers={"if-none-match": first["ETag"]})

    assert (second.status_code, second.content) == (304, b"")
    assert third.status_code == 200


@pytest.mark.parametrize("path", ["areas/", "areas/nothing/", "areas/?kind=x", ""])
def test_pages_of_other_sites_may_read(client, path):
    assert get(client, path)["Access-Control-Allow-Origin"] == "*"


def test_preflight_is_answered(client):
    answer = client.options("/api/v1/areas/", headers={"origin": "https://example.org"})

    assert answer.status_code == 200
    assert "GET" in answer["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("agent", ["curl/8.5", "python-requests/2.32", ""])
def test_programs_are_welcome(client, agent):
    assert get(client, "areas/", headers={"user-agent": agent}).status_code == 200


@pytest.fixture
def narrow(settings):
    settings.API_BURST = 3
    settings.API_PER_SECOND = 0.5
    page_redis().flushdb()


def from_address(client, address):
    return client.get("/api/v1/areas/", REMOTE_ADDR=address)


def test_limit_says_what_is_left_and_when_to_come_again(client, narrow):
    left = [from_address(client, "192.0.2.1") for _ in range(3)]
    refused = from_address(client, "192.0.2.1")

    assert [answer["RateLimit-Remaining"] for answer in left] == ["2", "1", "0"]
    assert refused.status_code == 429
    assert refused["Retry-After"] == "2"
    assert refused["Access-Control-Allow-Origin"] == "*"


def test_limit_is_for_each_address(client, narrow):
    for _ in range(4):
        from_address(client, "192.0.2.1")

    assert from_address(client, "192.0.2.2").status_code == 200


def test_bucket_fills_again(client, narrow, monkeypatch):
    for _ in range(4):
        from_address(client, "192.0.2.1")
    now = throttling.time()
    monkeypatch.setattr(throttling, "time", lambda: now + 2)

    assert from_address(client, "192.0.2.1").status_code == 200


def test_address_is_not_in_redis_and_its_trace_ends_in_minutes(client, narrow):
    from_address(client, "192.0.2.1")

    keys = page_redis().keys("api:*")
    assert len(keys) == 1
    assert b"192.0.2.1" not in keys[0]
    assert 0 < page_redis().ttl(keys[0]) <= 120


def test_address_given_by_the_reader_is_not_believed(client, narrow):
    answers = [
        client.get(
            "/api/v1/areas/",
            REMOTE_ADDR="192.0.2.1",
            headers={"x-forwarded-for": f"198.51.100.{number}"},
        )
        for number in range(4)
    ]

    assert answers[-1].status_code == 429


def test_readers_whose_address_is_not_known_are_not_limited_together(client, narrow):
    answers = [from_address(client, "127.0.0.1").status_code for _ in range(5)]

    assert set(answers) == {200}


def test_without_redis_nobody_is_limited(client, narrow, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    page_redis.cache_clear()

    answers = [from_address(client, "192.0.2.1").status_code for _ in range(5)]

    page_redis.cache_clear()
    assert set(answers) == {200}


def test_names_of_routes():
    assert reverse("api:areas-detail", args=["KZ-35"]) == "/api/v1/areas/KZ-35/"
