import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.factories.accounts import PASSWORD, SECRET, UserFactory, enrol

pytestmark = pytest.mark.django_db

ADMIN_PAGES = [
    "/admin/",
    "/admin/jsi18n/",
    "/admin/corruption_map/",
    "/admin/territory/area/",
    "/admin/password_change/",
    "/admin/nothing-here/",
]
RECOVERY = "/accounts/2fa/recovery-codes/"


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_newcomer_sees_nothing_of_the_admin(client, newcomer, path):
    client.force_login(newcomer)

    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"] == reverse("mfa_index")


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_session_older_than_the_factor_sees_nothing(client, newcomer, path):
    client.force_login(newcomer)
    enrol(newcomer)

    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("mfa_reauthenticate"))


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "account_change_password",
    ],
)
def test_session_older_than_the_factor_cannot_change_it(client, newcomer, name):
    client.force_login(newcomer)
    enrol(newcomer)

    response = client.get(reverse(name))

    assert response["Location"].startswith(reverse("mfa_reauthenticate"))


def test_superuser_needs_a_factor_as_well(client):
    client.force_login(UserFactory(root=True))

    assert client.get("/admin/")["Location"] == reverse("mfa_index")


def test_newcomer_may_leave(client, newcomer):
    client.force_login(newcomer)

    response = client.post("/admin/logout/")

    assert "_auth_user_id" not in client.session
    assert response.status_code == 200


def test_password_alone_signs_nobody_in(client, editor, give_password):
    response = give_password(editor)

    assert response["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


def test_wrong_code_is_refused(client, editor, give_password, give_code):
    give_password(editor)

    response = give_code("000000")

    assert "This code is wrong" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_right_code_opens_the_admin(
    client, editor, give_password, give_code, show_code
):
    give_password(editor)

    give_code(show_code())

    assert client.get("/admin/").status_code == 200


def test_code_is_good_once(client, clock, editor, give_password, give_code, show_code):
    give_password(editor)
    give_code(show_code())
    client.post("/accounts/logout/")
    give_password(editor)

    response = give_code(show_code())

    assert "This code is wrong" in response.content.decode()


def test_code_of_the_last_half_minute_is_refused(
    client, clock, editor, give_password, give_code, show_code
):
    give_password(editor)
    old = show_code()
    clock.shift(31)

    response = give_code(old)

    assert "This code is wrong" in response.content.decode()


def test_recovery_code_opens_the_admin(client, editor, give_password, give_code):
    codes = Authenticator.objects.get(user=editor, type="recovery_codes").wrap()
    give_password(editor)

    give_code(codes.get_unused_codes()[0])

    assert client.get("/admin/").status_code == 200


def test_recovery_code_is_good_once(client, editor, give_password, give_code):
    codes = Authenticator.objects.get(user=editor, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0]
    give_password(editor)
    give_code(code)
    client.post("/accounts/logout/")
    give_password(editor)

    response = give_code(code)

    assert "This code is wrong" in response.content.decode()


def test_sixth_wrong_code_is_not_even_looked_at(
    client, clock, editor, give_password, give_code, show_code
):
    give_password(editor)
    for _ in range(5):
        give_code("000000")

    response = give_code(show_code())

    assert "Too many attempts" in response.content.decode()


def test_factor_taken_away_closes_the_session_that_passed_it(
    client, editor, give_password, give_code, show_code
):
    give_password(editor)
    give_code(show_code())
    Authenticator.objects.filter(user=editor).delete()

    assert client.get("/admin/")["Location"] == reverse("mfa_index")


@pytest.mark.django_db(transaction=True)
def test_newcomer_sets_up_an_app_and_goes_on(
    client, newcomer, give_password, show_code
):
    give_password(newcomer)
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()

    response = client.post("/accounts/2fa/totp/activate/", {"code": show_code()})

    assert response["Location"] == RECOVERY
    assert client.get("/admin/").status_code == 200


def test_newcomer_without_the_right_code_sets_up_nothing(
    client, newcomer, give_password
):
    give_password(newcomer)
    client.get("/accounts/2fa/totp/activate/")

    client.post("/accounts/2fa/totp/activate/", {"code": "000000"})

    assert not Authenticator.objects.exists()


def test_after_five_minutes_one_shows_again_who_one_is(
    client, clock, editor, give_password, give_code, show_code
):
    give_password(editor)
    give_code(show_code())
    clock.shift(301)

    response = client.get(reverse("mfa_deactivate_totp"), follow=True)

    assert response.redirect_chain[0][0].startswith(reverse("account_reauthenticate"))
    assert "Use a code of your authenticator app" in response.content.decode()


def test_key_is_offered_as_one_that_signs_in_alone(client, newcomer, give_password):
    give_password(newcomer)

    response = client.get(reverse("mfa_add_webauthn"))

    assert response.context["form"]["passwordless"].value() is True


NONSENSE = ["1", "[]", "{}", '{"id": "x"}', '{"response": {"userHandle": "eA"}}']


@pytest.mark.parametrize("answer", NONSENSE)
def test_login_with_nonsense_for_a_key_is_refused(client, answer):
    response = client.post(reverse("mfa_login_webauthn"), {"credential": answer})

    assert response["Location"] == reverse("account_login")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("answer", NONSENSE)
def test_second_factor_that_is_nonsense_is_refused(
    client, editor, give_password, answer
):
    give_password(editor)

    client.post(reverse("mfa_authenticate"), {"credential": answer})

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("answer", NONSENSE)
def test_key_that_answers_nonsense_is_not_added(
    client, newcomer, give_password, answer
):
    give_password(newcomer)
    client.get(reverse("mfa_add_webauthn"))

    response = client.post(
        reverse("mfa_add_webauthn"), {"name": "", "credential": answer}
    )

    assert response.status_code == 200
    assert not Authenticator.objects.exists()


def test_secret_of_the_app_is_not_in_the_database(editor):
    stored = Authenticator.objects.get(user=editor, type="totp").data["secret"]

    assert SECRET not in stored


def test_second_factor_can_be_waived_for_trying_out(client, newcomer, settings):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(newcomer)

    assert client.get("/admin/").status_code == 200


def test_who_is_enrolled_shows_the_factor_even_where_it_is_waived(
    client, editor, settings
):
    settings.TWO_FACTOR_REQUIRED = False
    client.force_login(editor)

    response = client.get("/admin/")

    assert response["Location"].startswith(reverse("mfa_reauthenticate"))


def test_one_time_password_must_be_changed_first(client, newcomer):
    newcomer.password_is_temporary = True
    newcomer.save()
    client.force_login(newcomer)

    response = client.get("/admin/")

    assert response["Location"] == reverse("account_change_password")


def test_changed_password_is_no_longer_temporary(client, newcomer):
    newcomer.password_is_temporary = True
    newcomer.save()
    client.force_login(newcomer)

    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": PASSWORD,
            "password1": "a-quite-new-long-one",
            "password2": "a-quite-new-long-one",
        },
    )

    newcomer.refresh_from_db()
    assert newcomer.check_password("a-quite-new-long-one")
    assert not newcomer.password_is_temporary
