"""Staff's pages over sealed reports, looked at with an open vault."""

import re
from base64 import urlsafe_b64encode

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.test import Client

from foundation.accounts.roles import sync_roles
from reports.models import MonthlyIndex, Questionnaire, Recipient, Tip
from reports.questionnaires import read_schema, written
from reports.services import cases, desk, disclosures, rewards
from reports.services.filing import Content, file_tip
from reports.services.vaults import open_vault, unlock
from reports.shipped import load_reports
from tests.e2e.walking import follow
from tests.factories.accounts import UserFactory
from tests.factories.reports import PASSPHRASE, recipient

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ["kk", "ru", "en"]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.TWO_FACTOR_REQUIRED = False


@pytest.fixture
def people():
    load_reports()
    sync_roles()
    return {
        "reader": person("Айгерім, тергеуші", "tip recipient"),
        "other": person("Болат, тергеуші", "tip recipient"),
        "custodian": person("Сақтаушы", "custodian", Recipient.Kind.CUSTODIAN),
    }


def person(name, role, kind=Recipient.Kind.RECIPIENT):
    row = recipient(name, kind)
    row.user.groups.set(Group.objects.filter(name=role))
    return row


def enter(context, address, row, language):
    """Sign a person in and unlock their vault; return it."""
    row.user.language = language
    row.user.save(update_fields=["language"])
    client = Client()
    client.force_login(row.user)
    secret = unlock(recipient=row, passphrase=PASSPHRASE, by=row.user)
    cookies = {
        django_settings.SESSION_COOKIE_NAME: client.cookies["sessionid"].value,
        "vault": urlsafe_b64encode(secret).decode(),
    }
    context.add_cookies(
        [{"name": name, "value": v, "url": address} for name, v in cookies.items()]
    )
    return open_vault(secret=secret, user=row.user)


def filed(number, **content):
    said = {"subject": "theft", "what": "Қойма бос. Склад пуст. " * 12}
    return file_tip(
        channel=Recipient.objects.first().channel,
        questionnaire=Questionnaire.objects.newest(),
        content=Content(answers=said, language="kk", **content),
        form=b"form%d" % number,
    ).tip


def worked_on(vault, by):
    """Return a case that shows all that a case can show."""
    tip, other = filed(1, name="Named", contact="+7 700"), filed(2)
    step = {"vault": vault, "by": by}
    cases.answer(tip=tip, text="Қай қойма?", is_note=False, **step)
    cases.answer(tip=tip, text="Ask the auditors", is_note=True, **step)
    desk.set_labels(tip=tip, labels=["қойма", "жол"], **step)
    desk.write_private_note(tip=tip, text="mine", **step)
    desk.link(tip=tip, other=other, **step)
    disclosures.ask(tip=tip, asked_by=vault.recipient, reason="to call", by=by)
    rewarded(tip, step)
    return tip


def rewarded(tip, step):
    for state in ("registered", "in_review", "answered"):
        cases.move(tip=tip, to=state, by=step["by"])
    cases.move(tip=tip, to="closed", outcome="confirmed", by=step["by"])
    index = MonthlyIndex.objects.first()
    sums = {"gravity": "grave", "damage": None, "index": index}
    rewards.propose(tip=Tip.objects.get(pk=tip.pk), **sums, **step)


def pages(tip):
    root = "/admin/reports/tip/"
    return [
        root,
        f"{root}{tip.pk}/change/",
        f"{root}{tip.pk}/recuse/",
        f"{root}search/",
        f"{root}keys/",
        f"{root}figures/",
        f"{root}vault/",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_staff_is_accessible(page, address, axe, people, language):
    vault = enter(page.context, address, people["reader"], language)
    tip = worked_on(vault, people["reader"].user)
    page.set_viewport_size({"width": 360, "height": 740})

    for path in pages(tip):
        page.goto(path)
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, path


def editor(context, address, language):
    """Sign in somebody who writes the questionnaire and holds no vault."""
    user = UserFactory(staff=True, roles=["administrator"], language=language)
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    value = client.cookies["sessionid"].value
    context.add_cookies([{"name": name, "value": value, "url": address}])


def pages_of_questionnaires():
    """Return every page about a frozen version and about a draft with faults."""
    frozen = Questionnaire.objects.newest()
    schema = written(read_schema(frozen.schema))
    del schema["sections"][3]["questions"][0]["label"]["kk"]
    draft = Questionnaire.objects.create(version=2, schema=schema)
    root = "/admin/reports/questionnaire/"
    parts = [
        "change/",
        "add-section/",
        "section/more/",
        "add-question/more/",
        "question/money/",
        "question/told_by/",
        "preview/?language=kk",
        "preview/?language=ru",
        "preview/?language=en",
        "delete/",
    ]
    return [
        root,
        f"{root}add/",
        f"{root}{frozen.pk}/change/",
        *(f"{root}{draft.pk}/{part}" for part in parts),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_questionnaire_is_accessible(
    page, address, axe, people, language
):
    editor(page.context, address, language)
    page.set_viewport_size({"width": 360, "height": 740})

    for path in pages_of_questionnaires():
        page.goto(path)
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, path


@pytest.mark.parametrize("has_script", [True, False])
def test_a_question_is_written_moved_and_published(
    open_page, address, people, has_script
):
    page = open_page(java_script_enabled=has_script)
    editor(page.context, address, "en")
    root = "/admin/reports/questionnaire/"

    page.goto(f"{root}{Questionnaire.objects.newest().pk}/change/")
    page.get_by_role("button", name="New version from this").click()
    page.get_by_role("link", name=re.compile("Add a question.*A few more")).click()
    page.get_by_label("What is answered").select_option("choice")
    for name, word in (("Kazakh", "Қалай?"), ("Russian", "Как?"), ("English", "How?")):
        page.get_by_label(f"Question ({name})").fill(word)
        page.get_by_label(f"Answer ({name})").first.fill(word)
    answers = page.locator("select[name=conditions-0-answer]")
    if has_script:
        page.locator("select[name=conditions-0-question]").select_option("money")
        know = answers.locator("option[value='know=told']")
        assert know.evaluate("option => option.parentElement.disabled")
    answers.select_option("money=yes")
    follow(page.get_by_role("button", name="Save", exact=True))
    page.get_by_role("button", name=re.compile(r"Move up.*How\?")).click()
    follow(page.get_by_role("button", name="Publish"))

    form = read_schema(Questionnaire.objects.newest().schema)
    made = form.sections[-1].questions[-2]
    assert made.labels == {"kk": "Қалай?", "ru": "Как?", "en": "How?"}
    assert made.conditions == (("money", frozenset({"yes"})),)
    assert len(made.choices) == 1


def test_an_operators_page_is_accessible(page, address, axe, people):
    row = person("Operator", "tip operator")
    enter(page.context, address, row, "kk")

    page.goto("/admin/reports/tip/intake/")
    axe(page)
    follow(page.locator("main form button, #content form button").first)

    assert "/kk/report/write/" in page.url


def test_a_custodians_pages_are_accessible(page, address, axe, people):
    vault = enter(page.context, address, people["reader"], "kk")
    worked_on(vault, people["reader"].user)
    page.context.clear_cookies()
    enter(page.context, address, people["custodian"], "kk")

    page.goto("/admin/reports/disclosure/")
    axe(page)
    follow(page.locator("#result_list tbody a").first)
    axe(page)
    page.goto("/admin/reports/disclosure/keys/")
    axe(page)
