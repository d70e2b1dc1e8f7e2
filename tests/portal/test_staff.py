import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.mail import get_connection
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.models import User
from foundation.audit.models import AuditEvent
from foundation.notifications.mail import build_mail
from foundation.notifications.models import Message
from foundation.territory.models import Scope
from tests.factories.accounts import PASSWORD, SECRET, UserFactory, enrol
from tests.factories.territory import AreaFactory, PublicBodyFactory, ScopeFactory

pytestmark = pytest.mark.django_db

EMAIL = "aigerim@example.org"


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.TWO_FACTOR_REQUIRED = False


@pytest.fixture
def administrator(client):
    """An administrator of the agency, signed in."""
    user = UserFactory(staff=True, roles=["administrator"])
    ScopeFactory(user=user)
    client.force_login(user)
    return user


def create(capsys, *args):
    call_command("create_staff", EMAIL, *args)
    return re.search(r"password (\S+)", capsys.readouterr().out).group(1)


def actions():
    """What the audit says, but for the signing in that each test begins with."""
    rows = AuditEvent.objects.exclude(action="sign in").order_by("id")
    return list(rows.values_list("action", "target_id", "detail"))


def fields(**changes):
    """What the form of a user sends."""
    return {
        "email": EMAIL,
        "name": "Aigerim",
        "language": "en",
        "is_staff": "on",
        "is_active": "on",
        "scope-TOTAL_FORMS": "1",
        "scope-INITIAL_FORMS": "0",
        "scope-0-kind": "agency",
        **changes,
    }


# manage.py create_staff


def test_create_staff_refuses_what_is_no_address():
    with pytest.raises(CommandError, match="no e-mail address"):
        call_command("create_staff", "aigerim")


@pytest.mark.parametrize("option", ["--body", "--area"])
def test_create_staff_refuses_an_unknown_place(option):
    with pytest.raises(CommandError, match="has the code 'nowhere'"):
        call_command("create_staff", EMAIL, option, "nowhere")

    assert not User.objects.exists()


def test_create_staff_refuses_an_unknown_role():
    with pytest.raises(CommandError, match="invalid choice: 'king'"):
        call_command("create_staff", EMAIL, "--role", "king")


def test_create_staff_makes_a_superuser_of_the_agency(capsys):
    password = create(capsys)

    user = User.objects.get(email=EMAIL)
    assert user.check_password(password)
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert user.password_is_temporary
    assert user.scope.kind == "agency"


def test_create_staff_gives_roles_and_a_body(capsys):
    body = PublicBodyFactory()

    create(capsys, "--role", "body officer", "--body", body.code)

    user = User.objects.get(email=EMAIL)
    assert [group.name for group in user.groups.all()] == ["body officer"]
    assert not user.is_superuser
    assert user.scope.body == body


def test_create_staff_gives_an_area(capsys):
    area = AreaFactory()

    create(capsys, "--role", "map editor", "--area", area.iso)

    assert User.objects.get(email=EMAIL).scope.area == area


def test_create_staff_again_sets_a_new_password_and_keeps_the_rest(capsys):
    body = PublicBodyFactory()
    first = create(capsys, "--role", "body officer", "--body", body.code)

    second = create(capsys)

    user = User.objects.get(email=EMAIL)
    assert not user.check_password(first)
    assert user.check_password(second)
    assert not user.is_superuser
    assert user.scope.body == body


def test_create_staff_with_roles_takes_everything_else_away(capsys):
    create(capsys)

    create(capsys, "--role", "registrar")

    assert not User.objects.get(email=EMAIL).is_superuser


def test_create_staff_again_ends_the_sessions(client, capsys):
    create(capsys)
    client.force_login(User.objects.get(email=EMAIL))

    create(capsys)

    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_create_staff_keeps_second_factors_unless_told(capsys):
    create(capsys)
    enrol(User.objects.get(email=EMAIL))

    create(capsys)
    assert Authenticator.objects.exists()

    create(capsys, "--forget-second-factors")
    assert not Authenticator.objects.exists()


def test_create_staff_is_audited_without_the_address(capsys):
    create(capsys, "--role", "map editor")

    user = User.objects.get(email=EMAIL)
    assert actions() == [("add", str(user.pk), "map editor")]


# The admin's pages


def test_administrator_invites_by_mail(client, administrator):
    response = client.post("/admin/accounts/user/add/", fields())

    user = User.objects.get(email=EMAIL)
    message = Message.objects.get()
    assert response.status_code == 302
    assert not user.has_usable_password()
    assert (message.template, message.recipient) == ("invitation", EMAIL)


def test_invitation_lets_choose_a_password(client, administrator):
    client.post("/admin/accounts/user/add/", fields())
    client.logout()
    mail = build_mail(Message.objects.get(), get_connection())
    path = re.search(r"http://testserver(/\S+)", mail.body).group(1)

    form = client.get(path, follow=True)
    client.post(
        form.redirect_chain[-1][0],
        {"password1": "a-quite-new-long-one", "password2": "a-quite-new-long-one"},
    )

    assert User.objects.get(email=EMAIL).check_password("a-quite-new-long-one")


def test_address_in_other_letters_is_taken(client, administrator):
    UserFactory(email=EMAIL)

    response = client.post(
        "/admin/accounts/user/add/", fields(email="Aigerim@Example.org")
    )

    assert "This address has a login already" in response.content.decode()


def test_scope_must_name_its_body(client, administrator):
    response = client.post(
        "/admin/accounts/user/add/", fields(**{"scope-0-kind": "body"})
    )

    assert "Say which one" in response.content.decode()
    assert not User.objects.filter(email=EMAIL).exists()


def test_scope_drops_what_its_kind_does_not_name(client, administrator):
    body = PublicBodyFactory()

    client.post("/admin/accounts/user/add/", fields(**{"scope-0-body": str(body.pk)}))

    assert Scope.objects.get(user__email=EMAIL).body is None


def test_new_login_and_its_rights_are_audited(client, administrator):
    group = administrator.groups.get()

    client.post("/admin/accounts/user/add/", fields(groups=[str(group.pk)]))

    pk = str(User.objects.get(email=EMAIL).pk)
    assert actions() == [
        ("add", pk, ""),
        ("give", pk, "role administrator"),
        ("give", pk, "scope agency"),
        ("invite", pk, ""),
    ]


def change(client, user, **changes):
    scope = getattr(user, "scope", None)
    return client.post(
        f"/admin/accounts/user/{user.pk}/change/",
        fields(
            **{
                "email": user.email,
                "scope-INITIAL_FORMS": "1",
                "scope-0-id": str(scope.pk),
                "scope-0-user": str(user.pk),
                **changes,
            }
        ),
    )


def test_change_of_rights_is_audited(client, administrator):
    user = UserFactory(staff=True, roles=["publisher"])
    ScopeFactory(user=user)
    area = AreaFactory()

    change(client, user, **{"scope-0-kind": "area", "scope-0-area": str(area.pk)})

    assert actions() == [
        ("give", str(user.pk), f"scope area {area.iso}"),
        ("take", str(user.pk), "role publisher"),
        ("take", str(user.pk), "scope agency"),
    ]


def test_closing_a_login_is_audited(client, administrator):
    user = UserFactory(staff=True)
    ScopeFactory(user=user)

    change(client, user, is_active="")

    user.refresh_from_db()
    assert not user.is_active
    assert actions() == [("close", str(user.pk), "")]


def test_nobody_changes_their_own_rights(client, administrator):
    assert change(client, administrator).status_code == 403


def test_administrator_does_not_touch_a_superuser(client, administrator):
    root = UserFactory(root=True)
    ScopeFactory(user=root)

    assert change(client, root).status_code == 403


def test_nobody_becomes_a_superuser_through_the_form(client, administrator):
    user = UserFactory(staff=True)
    ScopeFactory(user=user)

    change(client, user, is_superuser="on")

    user.refresh_from_db()
    assert not user.is_superuser


def test_administrator_of_one_body_gives_no_logins(client):
    user = UserFactory(staff=True, roles=["administrator"])
    ScopeFactory(user=user, of_body=True)
    client.force_login(user)

    assert client.get("/admin/accounts/user/").status_code == 403
    assert client.post("/admin/accounts/user/add/", fields()).status_code == 403


def test_list_shows_who_works_on_what(client, administrator):
    scope = ScopeFactory(user=UserFactory(staff=True), of_body=True)
    UserFactory(root=True)
    UserFactory(staff=True)

    html = client.get("/admin/accounts/user/").content.decode()

    for words in (scope.body.name_en, "May do everything", "Everything", "Nothing"):
        assert words in html


def test_list_is_filtered_by_role(client, administrator):
    registrar = UserFactory(staff=True, roles=["registrar"])
    publisher = UserFactory(staff=True, roles=["publisher"])

    html = client.get("/admin/accounts/user/?role=registrar").content.decode()

    assert registrar.email in html
    assert publisher.email not in html


def test_shutting_out_of_the_staff_area_is_audited(client, administrator):
    user = UserFactory(staff=True)
    ScopeFactory(user=user)

    change(client, user, is_staff="")

    assert actions() == [("shut out", str(user.pk), "staff area")]


def test_login_is_never_deleted(client, administrator):
    user = UserFactory()

    response = client.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"})

    assert response.status_code == 403


def choose(client, action, *users, **more):
    return client.post(
        "/admin/accounts/user/",
        {"action": action, "_selected_action": [user.pk for user in users], **more},
    )


def test_removing_second_factors_asks_first(client, administrator):
    user = UserFactory(staff=True)
    enrol(user)

    response = choose(client, "remove_second_factors", user)

    assert user.email in response.content.decode()
    assert Authenticator.objects.filter(user=user).exists()


def test_removing_second_factors_is_audited(client, administrator):
    user = UserFactory(staff=True)
    enrol(user)

    choose(client, "remove_second_factors", user, confirmed="1")

    assert not Authenticator.objects.filter(user=user).exists()
    assert actions() == [("remove second factors", str(user.pk), "")]


def test_administrator_leaves_a_superusers_factors_alone(client, administrator):
    root = UserFactory(root=True)
    enrol(root)

    response = choose(client, "remove_second_factors", root, confirmed="1")

    assert response.status_code == 403
    assert Authenticator.objects.filter(user=root).exists()


def test_invitation_goes_out_again(client, administrator):
    user = UserFactory(staff=True)

    choose(client, "send_invitation", user)

    assert Message.objects.get().recipient == user.email


def test_list_of_logins_asks_the_database_as_often_for_many_as_for_one(
    client, administrator
):
    ScopeFactory(user=UserFactory(staff=True, roles=["publisher"]), of_body=True)
    with CaptureQueriesContext(connection) as few:
        client.get("/admin/accounts/user/")
    ScopeFactory(user=UserFactory(staff=True, roles=["publisher"]), of_area=True)
    ScopeFactory(user=UserFactory(staff=True, roles=["registrar"]), of_body=True)

    with CaptureQueriesContext(connection) as many:
        client.get("/admin/accounts/user/")

    assert len(many) == len(few)


# What the audit says of signing in


def sign_in(client, user, password):
    client.post("/accounts/login/", {"login": user.email, "password": password})


def test_failed_sign_in_of_a_stranger_is_not_written_down(client):
    sign_in(client, UserFactory.build(), "wrong")

    assert actions() == []


def test_failed_sign_in_is_audited_without_the_address(client):
    user = UserFactory(staff=True)

    sign_in(client, user, "wrong")

    assert actions() == [("fail to sign in", str(user.pk), "")]


def test_sign_in_is_audited(client):
    user = UserFactory(staff=True)

    sign_in(client, user, PASSWORD)

    event = AuditEvent.objects.get()
    assert (event.action, event.actor) == ("sign in", user)


def test_sign_in_of_a_learner_is_nobodys_business(client):
    sign_in(client, UserFactory(), PASSWORD)

    assert not AuditEvent.objects.exists()


def test_wrong_second_factor_is_audited(client):
    user = UserFactory(staff=True)
    enrol(user)
    sign_in(client, user, PASSWORD)

    client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    assert actions() == [("fail second factor", str(user.pk), "totp")]


def test_added_factor_is_audited(client, django_capture_on_commit_callbacks):
    user = UserFactory(staff=True)
    sign_in(client, user, PASSWORD)
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))

    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code})

    assert ("add second factor", str(user.pk), "totp") in actions()


def test_removed_factor_is_audited(client):
    user = UserFactory(staff=True)
    enrol(user)
    sign_in(client, user, PASSWORD)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap()
    client.post("/accounts/2fa/authenticate/", {"code": codes.get_unused_codes()[0]})

    client.post("/accounts/2fa/totp/deactivate/")

    assert ("remove second factor", str(user.pk), "totp") in actions()
