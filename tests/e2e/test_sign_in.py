import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.factories.accounts import PASSWORD, SECRET, UserFactory, enrol

WORDS = {"kk": "Қазақша", "ru": "Русский", "en": "English"}


@pytest.fixture
def root(transactional_db):
    return UserFactory(root=True, email="root@example.org", name="Aigerim")


def code(secret=SECRET):
    """Return the code of now, or of the next half minute if this one is about to end."""
    left = 30 - time.time() % 30
    if left < 5:
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def give_password(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_staff_sign_in_with_an_app_and_see_the_first_page(page, root, axe):
    enrol(root)

    page.goto("/admin/")
    axe(page)
    give_password(page, root.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    axe(page)
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_text("Everything you work on")).to_be_visible()
    axe(page)


@pytest.mark.parametrize("language", WORDS)
def test_first_page_speaks_the_language_chosen(page, root, axe, language):
    enrol(root)
    page.goto("/admin/")
    give_password(page, root.email)
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("button", name=WORDS[language]).click()

    expect(page.locator("html")).to_have_attribute("lang", language)
    axe(page)


def test_newcomer_sets_up_an_app_before_the_staff_area_opens(page, root, axe):
    page.goto("/admin/")
    give_password(page, root.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    axe(page)

    page.get_by_role("link", name="Set up an app").click()
    axe(page)
    page.get_by_label("Code").fill(code(page.locator(".secret").inner_text()))
    page.get_by_role("button", name="Set up the app").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    axe(page)
    page.get_by_role("link", name="Go on to the staff area").click()

    expect(page.get_by_text("Everything you work on")).to_be_visible()


def test_passkey_is_registered_and_signs_in_alone(page, root, axe):
    page.goto("/admin/")
    give_password(page, root.email)
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.get_by_role("link", name="Add a key").click()
    axe(page)
    page.get_by_label("Name of the key").fill("Laptop")
    page.get_by_role("button", name="Add this key").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("link", name="Sign out").click()
    axe(page)
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("Everything you work on")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/admin/accounts/user/",
        "/admin/accounts/user/add/",
        "/admin/territory/publicbody/",
        "/admin/territory/publicbody/add/",
        "/admin/audit/auditevent/",
        "/admin/notifications/message/",
        "/admin/web_links/weblink/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/totp/deactivate/",
    ],
)
def test_page_is_accessible_and_keeps_the_policy(page, root, axe, path):
    enrol(root)
    page.goto("/admin/")
    give_password(page, root.email)
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Everything you work on")).to_be_visible()

    page.goto(path)

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page)


def test_searchable_list_has_the_name_of_its_field(page, root):
    enrol(root)
    page.goto("/admin/")
    give_password(page, root.email)
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Everything you work on")).to_be_visible()
    page.goto("/admin/territory/publicbody/add/")

    page.get_by_role("combobox", name="Kind").click()

    expect(page.get_by_role("searchbox", name="Kind")).to_be_visible()
