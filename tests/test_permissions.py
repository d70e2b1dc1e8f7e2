"""Who may open what: one row for each route. A route without a row fails."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import override

from tests.factories.accounts import UserFactory

PUBLIC = "everybody"
STAFF = "staff with a second factor"
SIGN_IN = "part of signing in"
MEMBER = "people with a login"
LINK = "whoever has the signed link of a mail"
LEARNER = "the learner whose it is"

# Route (without language) → who may open it.
POLICY = {
    "": PUBLIC,
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    ".well-known/security.txt": PUBLIC,
    "robots.txt": PUBLIC,
    "sitemap.xml": PUBLIC,
    "map/": PUBLIC,
    "map/export/<slug:file_format>/": PUBLIC,
    "risks/": PUBLIC,
    "risks/export/<slug:file_format>/": PUBLIC,
    "risks/<str:public_id>/": PUBLIC,
    "risks/<str:public_id>/comment/": PUBLIC,
    "measures/": PUBLIC,
    "measures/export/<slug:file_format>/": PUBLIC,
    "measures/<str:public_id>/": PUBLIC,
    "positions/": PUBLIC,
    "positions/export/<slug:file_format>/": PUBLIC,
    "comments/<str:public_id>/rate/": PUBLIC,
    "evidence/<int:evidence_id>/": PUBLIC,
    "statistics/": PUBLIC,
    "statistics/<slug:code>/": PUBLIC,
    "statistics/<slug:code>/<slug:file_format>/": PUBLIC,
    "statistics/<slug:code>/releases/<int:pk>/": PUBLIC,
    "statistics/<slug:code>/releases/<int:pk>/<slug:file_format>/": PUBLIC,
    "library/": PUBLIC,
    "library/feed/": PUBLIC,
    "library/export/<slug:file_format>/": PUBLIC,
    "library/files/<int:edition_id>/<slug:part>/": PUBLIC,
    "library/<slug:public_id>/": PUBLIC,
    "library/<slug:public_id>/helpful/": PUBLIC,
    "statistics/<slug:code>/embed/": PUBLIC,
    "surveys/": PUBLIC,
    "surveys/actions/": PUBLIC,
    "surveys/answer/<slug:public_id>/": PUBLIC,
    "surveys/answer/<slug:public_id>/resume/": PUBLIC,
    "surveys/answer/<slug:public_id>/thanks/": PUBLIC,
    "surveys/results/<slug:public_id>/": PUBLIC,
    "surveys/results/<slug:public_id>/export/<slug:file_format>/": PUBLIC,
    "surveys/results/<slug:public_id>/releases/<int:number>/": PUBLIC,
    "surveys/results/<slug:public_id>/releases/<int:number>/<slug:file_format>/": PUBLIC,
    "surveys/<slug:code>/": PUBLIC,
    "surveys/<slug:code>/trends/": PUBLIC,
    "surveys/<slug:code>/questionnaires/<int:number>/<slug:kind>/": PUBLIC,
    "areas/": PUBLIC,
    "areas/<str:iso>/": PUBLIC,
    "bodies/": PUBLIC,
    "bodies/<slug:code>/": PUBLIC,
    "report/": PUBLIC,
    "report/write/": PUBLIC,
    "report/kept/": PUBLIC,
    "report/receipt/": PUBLIC,
    "report/case/": PUBLIC,
    "report/proof/": PUBLIC,
    "report/statistics/": PUBLIC,
    "report/feed/<slug:token>/": PUBLIC,
    "report/leave/": PUBLIC,
    "me/": MEMBER,
    "volunteers/": PUBLIC,
    "volunteers/active/": PUBLIC,
    "volunteers/consents/": PUBLIC,
    "volunteers/apply/": PUBLIC,
    "volunteers/apply/sent/": PUBLIC,
    "volunteers/confirm/<str:token>/": LINK,
    "volunteers/guardian/<str:token>/": LINK,
    "volunteers/application/<str:token>/": LINK,
    "volunteers/login/<str:token>/": MEMBER,
    "volunteers/me/": MEMBER,
    "volunteers/me/show/": MEMBER,
    "volunteers/me/erase/": MEMBER,
    "volunteers/me/data/": MEMBER,
    "volunteers/me/certificate/": MEMBER,
    "volunteers/me/certificates/<slug:serial>/file/": MEMBER,
    "volunteers/certificates/<slug:serial>/": PUBLIC,
    "volunteers/organisations/": PUBLIC,
    "volunteers/organisations/<slug:public_id>/": PUBLIC,
    "initiatives/": PUBLIC,
    "initiatives/feed/": PUBLIC,
    "initiatives/export/<slug:file_format>/": PUBLIC,
    "initiatives/<slug:public_id>/": PUBLIC,
    "initiatives/<slug:public_id>/calendar/": PUBLIC,
    "initiatives/<slug:public_id>/mine/": MEMBER,
    "volunteers/organisations/new/": MEMBER,
    "volunteers/organisations/<slug:public_id>/join/": MEMBER,
    "volunteers/organisations/<slug:public_id>/leave/": MEMBER,
    "volunteers/invitation/<str:token>/": MEMBER,
    "initiatives/<slug:public_id>/contact/": MEMBER,
    "volunteers/organisations/<slug:public_id>/people/": MEMBER,
    "volunteers/organisations/<slug:public_id>/initiatives/new/": MEMBER,
    "initiatives/<slug:public_id>/observe/": MEMBER,
    "initiatives/<slug:public_id>/edit/": MEMBER,
    "initiatives/<slug:public_id>/people/": MEMBER,
    "initiatives/<slug:public_id>/report/": MEMBER,
    "observations/": PUBLIC,
    "observations/export/<slug:file_format>/": PUBLIC,
    "observations/photos/<int:pk>/": PUBLIC,
    "observations/<slug:public_id>/": PUBLIC,
    "courses/": PUBLIC,
    "courses/mine/": PUBLIC,
    "courses/mine/results/": PUBLIC,
    "courses/mine/resume/": PUBLIC,
    "courses/mine/claim/": PUBLIC,
    "courses/learn/<slug:public_id>/": LEARNER,
    "courses/learn/<slug:public_id>/<int:number>/": LEARNER,
    "courses/learn/<slug:public_id>/choose/<int:block_id>/": LEARNER,
    "courses/learn/<slug:public_id>/test/<int:quiz_id>/": LEARNER,
    "courses/learn/<slug:public_id>/certificate/": LEARNER,
    "courses/attempts/<slug:public_id>/": LEARNER,
    "courses/attempts/<slug:public_id>/save/": LEARNER,
    "courses/attempts/<slug:public_id>/result/": LEARNER,
    "courses/media/<int:media_id>/": PUBLIC,
    "courses/media/<int:media_id>/<slug:language>.vtt": PUBLIC,
    "courses/<slug:slug>/": PUBLIC,
    "courses/<slug:slug>/start/": PUBLIC,
    "certificates/": PUBLIC,
    "certificates/issuer/": PUBLIC,
    "certificates/status/": PUBLIC,
    "certificates/<str:serial>/": PUBLIC,
    "certificates/<str:serial>/json/": PUBLIC,
    "certificates/<str:serial>/pdf/": LEARNER,
    "about/": PUBLIC,
    "accessibility/": PUBLIC,
    "privacy/": PUBLIC,
    "style-guide/": PUBLIC,
    "reading/": PUBLIC,
}
# Whole trees with one rule, each route of which is tried below.
TREES = {
    "admin/": STAFF,
    "accounts/": SIGN_IN,
    "subscriptions/": PUBLIC,
    "search/": PUBLIC,
    "data/": PUBLIC,
    "api/v1/": PUBLIC,
    "api/v1/certificates/<str:serial>/": PUBLIC,
}

LANGUAGE = ("en/", "kk/", "ru/")
OPEN_TO_STRANGERS = {"admin/login/", "admin/jsi18n/"}


def routes(resolver=None, prefix=""):
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route.removeprefix("en/") if route.startswith(LANGUAGE) else route


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def tree_of(route):
    return next((tree for tree in TREES if route.startswith(tree)), None)


def test_every_route_has_a_rule():
    unlisted = [r for r in routes() if r not in POLICY and tree_of(r) is None]

    assert unlisted == []


def test_every_rule_has_a_route():
    known = set(routes())

    assert [rule for rule in POLICY if rule not in known] == []
    assert [tree for tree in TREES if not any(r.startswith(tree) for r in known)] == []


def filled(route):
    """Put something into each placeholder of a route."""
    path = route.replace("^", "").replace("$", "").replace("\\", "")
    for kind in (
        "<path:object_id>",
        "<int:evidence_id>",
        "<int:pk>",
        "<int:object_id>",
    ):
        path = path.replace(kind, "1")
    path = re.sub(r"\(\?P<\w+>[^)]*\)", "1", path)
    return "/" + re.sub(r"<[^>]+>", "1", path)


def admin_routes():
    return [
        r for r in routes() if r.startswith("admin/") and r not in OPEN_TO_STRANGERS
    ]


@pytest.mark.django_db
def test_strangers_find_nothing_of_a_learner(client):
    own = [route for route, rule in POLICY.items() if rule == LEARNER]

    seen = [
        route
        for route in own
        if client.get("/en" + filled(route)).status_code not in (404, 405)
    ]

    assert len(own) == 9
    assert seen == []


@pytest.mark.django_db
def test_strangers_see_nothing_of_the_staff_area(client):
    seen = [
        route
        for route in admin_routes()
        if client.get(filled(route)).status_code not in (302, 404)
    ]

    assert seen == []


@pytest.mark.django_db
def test_people_who_are_not_staff_see_nothing_of_the_staff_area(client):
    client.force_login(UserFactory())

    seen = [
        route
        for route in admin_routes()
        if client.get(filled(route)).status_code not in (302, 403, 404)
    ]

    assert seen == []


MEMBERS_ONLY = [route for route, rule in POLICY.items() if rule == MEMBER]
BY_LINK = [route for route, rule in POLICY.items() if rule == LINK]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", MEMBERS_ONLY)
def test_strangers_are_asked_to_sign_in(client, route, method):
    response = getattr(client, method)("/en" + filled(route))

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", BY_LINK)
def test_a_forged_link_opens_nothing(client, route, method):
    assert getattr(client, method)("/en" + filled(route)).status_code == 404
