from datetime import date
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from foundation.audit.models import AuditEvent
from foundation.search.models import SearchDocument
from library.cleaning import CleanHTMLField
from library.filters import matching
from library.models import Edition, Item, ItemChange
from library.services import note_change, publish_item, withdraw_item
from library.shipped import load_library
from library.views import facets
from tests.factories.accounts import UserFactory
from tests.factories.library import EditionFactory, ItemFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<p onclick="x()">a</p>',
        '<a href="javascript:x()">a</a>',
        '<p style="color:red">a</p>',
        "<iframe src='https://example.org'></iframe>",
        "<img src=x onerror=x()>",
        "<svg onload=x()></svg>",
    ],
)
def test_what_could_run_is_taken_out_when_saved(html):
    edition = EditionFactory(html=html)

    stored = Edition.objects.values_list("html", flat=True).get(pk=edition.pk)
    assert not any(
        bad in stored for bad in ("script", "on", "style", "<iframe", "<img")
    )
    assert stored == CleanHTMLField.clean_html(stored)


def test_a_draft_is_not_public(client):
    draft = ItemFactory(state=Item.State.DRAFT, published_at=None)

    assert client.get(f"/en/library/{draft.public_id}/").status_code == 404
    assert draft not in client.get("/en/library/").context["items"]


def test_a_video_needs_captions_and_a_transcript():
    video = ItemFactory(kind="video", state=Item.State.DRAFT, published_at=None)
    EditionFactory(item=video, file="library/a.mp4")

    with pytest.raises(ValidationError, match="captions"):
        publish_item(item=video, by=UserFactory())

    assert Item.objects.get(pk=video.pk).state == Item.State.DRAFT


def test_an_item_without_an_edition_is_not_published():
    draft = ItemFactory(state=Item.State.DRAFT, published_at=None)

    with pytest.raises(ValidationError, match="no edition"):
        publish_item(item=draft, by=UserFactory())


def test_a_scan_without_a_text_is_not_published():
    draft = ItemFactory(state=Item.State.DRAFT, published_at=None)
    EditionFactory(item=draft, html="", file="library/a.pdf", text_state="scan")

    with pytest.raises(ValidationError, match="can be read"):
        publish_item(item=draft, by=UserFactory())


def test_publishing_is_found_and_audited():
    draft = ItemFactory(state=Item.State.DRAFT, published_at=None)
    EditionFactory(item=draft)

    publish_item(item=draft, by=UserFactory())

    assert SearchDocument.objects.filter(
        kind="library", public_id=draft.public_id
    ).exists()
    assert AuditEvent.objects.get().action == "publish"


def test_withdrawing_ends_page_and_search(client):
    item = EditionFactory().item
    by = UserFactory()

    withdraw_item(item=item, by=by)

    assert client.get(f"/kk/library/{item.public_id}/").status_code == 404
    assert not SearchDocument.objects.filter(public_id=item.public_id).exists()


def test_readers_see_what_changed(client):
    item = EditionFactory().item

    note_change(
        item=item,
        texts={"kk": "Қате түзелді", "ru": "Исправлено", "en": "Mended"},
        by=UserFactory(),
    )

    assert ItemChange.objects.count() == 1
    assert "Mended" in client.get(f"/en/library/{item.public_id}/").content.decode()


def test_another_language_is_marked(client):
    item = EditionFactory(language="ru", html="<p>Текст</p>").item

    html = client.get(f"/en/library/{item.public_id}/").content.decode()

    assert 'class="prose" lang="ru"' in html
    assert "no edition in your language" in html


def test_an_unknown_choice_is_refused(client):
    assert client.get("/en/library/?kind=poem").context["is_refused"]


@pytest.mark.usefixtures("shipped")
class TestShipped:
    def test_every_item_has_an_edition_in_each_language(self):
        held = set(Edition.objects.values_list("item__public_id", "language"))
        items = Item.objects.values_list("public_id", flat=True)

        assert held == set(product(items, ["kk", "ru", "en"]))
        assert len(items) == 17

    def test_cleaning_takes_nothing_from_the_shipped_texts(self, settings):
        folder = settings.BASE_DIR / "data" / "library"
        shipped = {
            path.stem: path.read_text().strip() for path in folder.glob("*.html")
        }

        assert {
            f"{edition.item.public_id}.{edition.language}": edition.html
            for edition in Edition.objects.select_related("item")
        } == shipped

    def test_every_item_names_its_source(self):
        assert not Item.objects.filter(source_kk="").exists()

    def test_no_translation_claims_to_be_official(self):
        assert not Edition.objects.filter(is_official=True).exists()

    def test_loading_again_adds_nothing(self):
        assert load_library() == 0

    @pytest.mark.parametrize("language", ["kk", "ru", "en"])
    def test_every_page_opens(self, client, language):
        codes = [
            client.get(f"/{language}/library/{item.public_id}/").status_code
            for item in Item.objects.all()
        ]

        assert set(codes) == {200}

    def test_a_repealed_act_says_so(self, client):
        html = client.get("/en/library/resolution-806/").content.decode()

        assert "no longer in force" in html
        assert "/en/library/order-307/" in html

    def test_facet_counts_are_what_a_choice_leaves(self):
        today = timezone.localdate()
        kinds, topics, force = (
            ["", *Item.Kind.values],
            ["", "risks", "law"],
            ["", "yes", "no"],
        )
        wrong = [
            (chosen, name, facet)
            for chosen in (
                {"kind": k, "topic": t, "force": f}
                for k, t, f in product(kinds, topics, force)
            )
            for name, _title, choices in facets(chosen, today)
            for facet in choices
            if matching({**chosen, name: facet.code}, today).count() != facet.count
        ]

        assert wrong == []

    def test_the_feed_holds_what_was_chosen(self, client):
        feed = client.get("/ru/library/feed/?kind=report").content.decode()

        assert feed.count("<entry>") == 1
        assert 'xml:lang="ru"' in feed

    def test_the_export_holds_what_was_chosen(self, client):
        response = client.get("/en/library/export/csv/?kind=act")
        lines = b"".join(response.streaming_content).decode().strip().splitlines()

        assert len(lines) - 1 == Item.objects.filter(kind="act").count()


def test_in_force_is_unknown_where_no_day_is_known():
    item = Item()

    assert item.is_in_force(date(2025, 1, 1)) is None
    assert Item(in_force_to=date(2024, 1, 1)).is_in_force(date(2025, 1, 1)) is False
    assert Item(in_force_from=date(2024, 1, 1)).is_in_force(date(2025, 1, 1)) is True
