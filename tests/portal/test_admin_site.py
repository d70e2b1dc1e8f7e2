import json
from datetime import date, datetime

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.forms import DateField
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from foundation import dashboard
from foundation.dashboard import Panel, Row
from foundation.notifications.models import Message
from foundation.territory.models import PublicBody
from portal.staff.services import send_password_link
from tests.factories.accounts import UserFactory
from tests.factories.notifications import MessageFactory
from tests.factories.territory import PublicBodyFactory, ScopeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.TWO_FACTOR_REQUIRED = False


@pytest.fixture
def root(client):
    user = UserFactory(root=True, name="Aigerim")
    client.force_login(user)
    return user


def test_stranger_is_sent_to_the_one_login_page(client):
    response = client.get("/admin/territory/area/")

    assert response["Location"] == "/admin/login/?next=/admin/territory/area/"
    assert (
        client.get(response["Location"])["Location"]
        == "/accounts/login/?next=/admin/territory/area/"
    )


def test_admin_takes_no_password(client):
    user = UserFactory(root=True)

    response = client.post(
        "/admin/login/", {"username": user.email, "password": "whatever"}
    )

    assert response["Location"] == "/accounts/login/?next=/admin/"


def test_login_leads_nowhere_else(client):
    response = client.get("/admin/login/?next=https://example.com/")

    assert response["Location"] == "/accounts/login/?next=/admin/"


def test_who_is_signed_in_goes_straight_on(client, root):
    response = client.get("/admin/login/?next=/admin/territory/area/")

    assert response["Location"] == "/admin/territory/area/"


def test_there_is_one_page_for_changing_the_password(client, root):
    response = client.get("/admin/password_change/")

    assert response["Location"] == "/accounts/password/change/"


def test_learner_is_turned_away(client):
    client.force_login(UserFactory())

    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("body officer", "/admin/", 200),
        ("body officer", "/admin/accounts/user/", 403),
        ("body officer", "/admin/audit/auditevent/", 403),
        ("body officer", "/admin/notifications/message/", 403),
        ("body officer", "/admin/territory/publicbody/", 200),
        ("body officer", "/admin/territory/publicbody/add/", 403),
        ("registrar", "/admin/territory/publicbody/", 403),
        ("map editor", "/admin/accounts/user/", 403),
        ("administrator", "/admin/accounts/user/", 200),
        ("administrator", "/admin/audit/auditevent/", 200),
        ("administrator", "/admin/notifications/subscription/", 200),
        ("administrator", "/admin/portal/authority/", 200),
    ],
)
def test_role_opens_its_own_pages_only(client, role, path, status):
    scope = ScopeFactory(user=UserFactory(staff=True, roles=[role]))
    client.force_login(scope.user)

    assert client.get(path).status_code == status


@pytest.mark.parametrize(
    "path",
    ["auth/group/", "account/emailaddress/", "mfa/authenticator/"],
)
def test_what_is_kept_elsewhere_has_no_page(client, root, path):
    assert client.get(f"/admin/{path}").status_code == 404


def test_body_is_never_deleted(client, root):
    body = PublicBodyFactory()

    response = client.post(
        f"/admin/territory/publicbody/{body.pk}/delete/", {"post": "yes"}
    )

    assert response.status_code == 403
    assert PublicBody.objects.filter(pk=body.pk).exists()


def test_outbox_shows_neither_addresses_nor_links(client, root):
    user = UserFactory(email="aigerim@example.org")
    send_password_link(user=user, template="invitation", path="/key/1-a-b-secret/")
    message = Message.objects.get()

    html = client.get(f"/admin/notifications/message/{message.pk}/change/")

    assert "a…@example.org" in html.content.decode()
    assert "aigerim" not in html.content.decode()
    assert "secret" not in html.content.decode()


def retry(client, message):
    return client.post(
        "/admin/notifications/message/",
        {"action": "try_again", "_selected_action": [message.pk]},
    )


def test_mail_that_was_given_up_is_tried_again(client, root):
    message = MessageFactory(attempts=25)

    retry(client, message)

    assert list(Message.objects.due()) == [message]


def test_mail_that_was_sent_is_not_sent_again(client, root):
    message = MessageFactory(attempts=3, sent_at=timezone.now())

    retry(client, message)

    message.refresh_from_db()
    assert message.attempts == 3


def test_outbox_is_not_written_by_hand(client, root):
    assert client.get("/admin/notifications/message/add/").status_code == 403


def test_history_names_the_row_and_quotes_nothing(client, root):
    body = PublicBodyFactory(note_en="Something was said in confidence")
    page = client.get(f"/admin/territory/publicbody/{body.pk}/change/")
    values = page.context["adminform"].form.initial
    sent = {name: value for name, value in values.items() if value is not None}

    client.post(
        f"/admin/territory/publicbody/{body.pk}/change/",
        {**sent, "name_en": "A new name"},
    )

    entry = LogEntry.objects.get()
    assert entry.object_repr == body.code
    assert json.loads(entry.change_message) == [
        {"changed": {"fields": ["Name (English)"]}}
    ]


@pytest.mark.parametrize("code", ["kk", "ru", "en"])
def test_staff_area_speaks_the_language_of_the_person(client, code):
    client.force_login(UserFactory(root=True, language=code))

    response = client.get("/admin/", headers={"accept-language": "de"})

    assert f'<html lang="{code}"' in response.content.decode()


def test_days_of_the_staff_area_are_kazakh_in_kazakh():
    with translation.override("kk"):
        assert date_format(datetime(2026, 11, 26, 14, 3), "DATETIME_FORMAT") == (  # noqa: DTZ001  # formats have no zone
            "26 қараша 2026 ж. 14:03"
        )
        assert DateField().clean("26.11.2026") == date(2026, 11, 26)
        assert DateField().clean("2026-11-26") == date(2026, 11, 26)


def declare(monkeypatch, *panels):
    monkeypatch.setattr(dashboard, "_declared", lambda: iter([lambda user: panels]))


def panel(**fields):
    return Panel(
        **{
            "title": "To verify",
            "count": 12,
            "rows": [Row("Queue at the registry", "/admin/x/", "5 days late", True)],
            "more_url": "/admin/all/",
            "permission": "audit.view_auditevent",
            **fields,
        }
    )


def test_first_page_shows_what_waits(client, root, monkeypatch):
    declare(monkeypatch, panel())

    html = client.get("/admin/").content.decode()

    assert "To verify" in html
    assert '<a href="/admin/x/">Queue at the registry</a>' in html
    assert "5 days late" in html
    assert 'href="/admin/all/"' in html


def test_first_page_says_where_nothing_waits(client, root, monkeypatch):
    declare(monkeypatch, panel(count=0, rows=[]))

    assert "Nothing waits here." in client.get("/admin/").content.decode()


def test_panel_of_a_right_one_lacks_is_not_shown(client, monkeypatch):
    declare(monkeypatch, panel())
    client.force_login(UserFactory(staff=True, roles=["body officer"]))

    assert "To verify" not in client.get("/admin/").content.decode()


def test_rooms_declare_panels_that_anybody_on_staff_can_be_asked_for(db):
    user = UserFactory(root=True)

    panels = dashboard.panels_for(user)

    assert all(isinstance(each, Panel) for each in panels)


@pytest.mark.parametrize("page", ["changelist", "add"])
def test_every_page_of_the_staff_area_opens(client, root, page):
    """A registered admin has a list and, where rows can be added, a form."""
    for model in site._registry:
        options = model._meta
        name = f"admin:{options.app_label}_{options.model_name}_{page}"
        answer = client.get(reverse(name))
        assert answer.status_code in {200, 302, 403}, name
