"""A report from the first page to the answer, as a browser sees it."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from reports.models import Recipient, Tip
from reports.services import cases
from reports.services.vaults import open_vault, unlock
from reports.shipped import load_reports
from tests.e2e.walking import Walker, follow
from tests.factories.reports import PASSPHRASE, recipient

pytestmark = pytest.mark.django_db(transaction=True)
FORWARD = "div.actions button[value=next]"


def fits(page):
    """Assert that nothing of the page lies beyond its right edge."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url}: {width}"


@pytest.fixture
def reader(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.TIP_FREE_BYTES = 0
    load_reports()
    recipient("Custodian", Recipient.Kind.CUSTODIAN)
    return recipient("Aigerim")


def a_photo():
    sink, tags = BytesIO(), Image.Exif()
    tags[272] = "Camera of mine"
    Image.new("RGB", (40, 30)).save(sink, "JPEG", exif=tags)
    return sink.getvalue()


def has_worked(page):
    """Wait for the proof of work; a script that is asked again the policy refuses."""
    expect(page.locator("[data-proof] [name=proof]")).not_to_have_value("")


def write(page, language, look=lambda page: None, has_scripts=True):
    """Go the whole way; return the receipt."""
    page.goto(f"/{language}/report/")
    look(page)
    follow(page.locator("div.actions a").first)
    look(page)
    page.check("input[value=theft]")
    page.fill("textarea[name=what]", "The marked words")
    for _section in range(2):
        follow(page.locator(FORWARD))
        look(page)
    page.check("input[name=danger][value=yes]")
    follow(page.locator(FORWARD))
    look(page)
    page.fill("textarea[name=danger_what]", "Do not call")
    follow(page.locator(FORWARD))
    look(page)
    follow(page.locator(FORWARD))
    look(page)
    file = {"name": "смета.txt", "mimeType": "text/plain", "buffer": b"evidence"}
    photo = {"name": "фото.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    page.set_input_files("#id_file", [file, photo])
    follow(page.locator("p button[value=add]"))
    expect(page.locator("main")).to_contain_text("Camera of mine")
    look(page)
    follow(page.locator(FORWARD))
    look(page)
    # Whoever has no scripts waits, whoever has some works.
    if has_scripts:
        has_worked(page)
    else:
        page.wait_for_timeout(10_500)
    follow(page.locator(FORWARD))
    look(page)
    return page.locator(".receipt").inner_text()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_report_goes_its_whole_way_without_scripts(open_page, reader, language):
    # 320 px are 1,280 px enlarged to 400 %.
    narrow = {"width": 320, "height": 640}
    page = open_page(java_script_enabled=False, viewport=narrow)

    receipt = write(page, language, look=fits, has_scripts=False)
    page.fill("#id_receipt", receipt)
    follow(page.locator("main form button"))
    fits(page)
    secret = unlock(recipient=reader, passphrase=PASSPHRASE, by=reader.user)
    vault = open_vault(secret=secret, user=reader.user)
    tip = Tip.objects.get()
    cases.answer(tip=tip, vault=vault, text="We look", is_note=False, by=reader.user)
    page.goto(f"/{language}/report/receipt/")
    page.fill("#id_receipt", receipt.lower())
    follow(page.locator("main form button"))

    fits(page)
    expect(page.locator(".turn-staff .said")).to_have_text("We look")
    expect(page.locator("main")).to_contain_text("Do not call")
    with page.expect_download() as download:
        page.get_by_role("button", name="смета.txt").click()
    assert download.value.path().read_bytes() == b"evidence"
    assert page.context.cookies() == []


def test_the_first_page_is_light(page, reader):
    sizes = []
    page.on("requestfinished", lambda r: sizes.append(r.sizes()["responseBodySize"]))

    page.goto("/kk/report/", wait_until="networkidle")

    assert len(sizes) <= 8
    # Served bare here; compressed it is about half.
    assert sum(sizes) <= 75_000


def test_three_escapes_leave_the_page(page, reader, settings):
    settings.QUICK_EXIT_URL = "/en/about/"
    page.goto("/en/report/")
    follow(page.locator("div.actions a").first)
    for _press in range(3):
        page.keyboard.press("Escape")

    page.wait_for_url("**/about/")


def test_a_report_is_written_and_read_by_keyboard_alone(page, axe, reader, tmp_path):
    photo = tmp_path / "фото.jpg"
    photo.write_bytes(a_photo())
    # What has the focus is in sight at once.
    page.emulate_media(reduced_motion="reduce")
    walker = Walker(page, axe)
    walker.open("/kk/report/")
    walker.press("div.actions a >> nth=0")
    walker.choose("subject", "theft")
    walker.write("what", "The marked words")
    for _section in range(2):
        walker.press(FORWARD)
    walker.choose("danger", "yes")
    walker.press(FORWARD)
    walker.write("danger_what", "Do not call")
    for _section in range(2):
        walker.press(FORWARD)
    walker.attach("file", photo)
    walker.press("p button[value=add]")
    expect(page.locator("main")).to_contain_text("Camera of mine")
    walker.press(FORWARD)
    has_worked(page)
    walker.press(FORWARD)
    receipt = page.locator(".receipt").inner_text()
    walker.write("receipt", receipt)
    walker.press("main form button")
    walker.open("/kk/report/proof/")
    walker.open("/kk/report/receipt/")
    walker.write("receipt", receipt)
    walker.press("main form button")
    expect(page.locator("main")).to_contain_text("Do not call")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_report_keeps_its_controls_in_forced_colours(page, reader, axe, language):
    page.emulate_media(forced_colors="active")

    def look(page):
        axe(page)
        for button in page.locator("main button:visible").all():
            edge = button.evaluate("b => getComputedStyle(b).borderTopStyle")
            assert edge != "none", f"{page.url}: {button.inner_text()} has no edge"

    receipt = write(page, language, look=look)
    look(page)
    page.fill("#id_receipt", receipt)
    follow(page.locator("main form button"))
    look(page)
    for place in ("proof", "receipt"):
        page.goto(f"/{language}/report/{place}/")
        look(page)
    page.fill("#id_receipt", receipt)
    follow(page.locator("main form button"))
    look(page)


def test_the_way_out_stays_open_while_the_browser_works(page, reader, settings):
    settings.QUICK_EXIT_URL = "/en/about/"
    endless = "crypto.subtle.digest = async () => new Uint8Array(32).fill(255).buffer"
    page.add_init_script(endless)
    page.goto("/en/report/write/")
    page.check("input[value=theft]")
    page.fill("textarea[name=what]", "The marked words")
    for step in range(5):
        if step == 2:
            page.check("input[name=danger][value=no]")
        follow(page.locator(FORWARD))
    expect(page.locator("form[data-proof]")).to_be_visible()

    for _press in range(3):
        page.keyboard.press("Escape")

    page.wait_for_url("**/about/")
