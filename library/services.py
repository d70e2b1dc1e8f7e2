"""What publishes and withdraws items of the library."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.services import Broker, announce
from foundation.publication import renew_pages
from foundation.search.services import index
from library.extraction import can_be_read
from library.models import Edition, Helpfulness, Item, ItemChange
from library.tasks import read_file


@transaction.atomic
def publish_item(*, item: Item, by: User) -> Item:
    """Show an item; a video only with captions and a transcript in each edition."""
    item = Item.objects.select_for_update().get(pk=item.pk)
    if item.state == Item.State.PUBLISHED:
        raise ValidationError(_("The item is published already"))
    editions = list(item.editions.all())
    if not editions:
        raise ValidationError(_("The item has no edition"))
    for edition in editions:
        _check(item, edition)
    item.state = Item.State.PUBLISHED
    item.published_at = item.published_at or timezone.now()
    item.save(update_fields=["state", "published_at", "updated_at"])
    _tell(item, "publish", by)
    return item


def _check(item: Item, edition: Edition) -> None:
    if item.kind == Item.Kind.VIDEO:
        if not (edition.file and edition.captions and edition.transcript.strip()):
            raise ValidationError(
                _("A video needs its file, captions and a transcript to be published")
            )
    elif not (edition.html.strip() or edition.file):
        raise ValidationError(_("An edition has neither a text nor a file"))
    if (
        edition.text_state
        in (
            Edition.TextState.SCAN,
            Edition.TextState.ENCRYPTED,
            Edition.TextState.UNREADABLE,
        )
        and not edition.html.strip()
    ):
        raise ValidationError(
            _("The file has no text that can be read or found: add the text as well")
        )


@transaction.atomic
def withdraw_item(*, item: Item, by: User) -> Item:
    item = Item.objects.select_for_update().get(pk=item.pk)
    if item.state != Item.State.PUBLISHED:
        raise ValidationError(_("Only a published item can be withdrawn"))
    item.state = Item.State.WITHDRAWN
    item.save(update_fields=["state", "updated_at"])
    _tell(item, "withdraw", by)
    return item


@transaction.atomic
def note_change(*, item: Item, texts: dict[str, str], by: User) -> ItemChange:
    """Tell readers what was changed on a published item."""
    change = ItemChange.objects.create(
        item=item,
        changed_at=timezone.now(),
        **{f"text_{code}": text for code, text in texts.items()},
    )
    item.save(update_fields=["updated_at"])
    _tell(item, "change", by)
    return change


@transaction.atomic
def expect_text(edition: Edition) -> None:
    """Have the text of a new file read for search; other kinds of files have none."""
    is_readable = can_be_read(edition.file.name or "")
    states = Edition.TextState
    edition.text_state = states.WAITING if is_readable else states.NONE
    edition.text = ""
    edition.save(update_fields=["text", "text_state"])
    if is_readable:
        Broker.hurry(read_file, edition.pk)


def _tell(item: Item, action: str, by: User) -> None:
    index("library", item.public_id)
    renew_pages()
    topics = item.topics.values_list("code", flat=True)
    announce(
        key=f"library:{item.public_id}:{timezone.now():%Y%m%d%H%M%S%f}",
        topics=[
            ("library-item", item.public_id),
            *(("library-topic", code) for code in topics),
        ],
        template="page_changed",
        context={
            "title": {"kk": item.title_kk, "ru": item.title_ru, "en": item.title_en},
            "path": f"/library/{item.public_id}/",
        },
    )
    record(action=action, kind="library item", public_id=item.public_id, by=by)


def count_helpful(*, item: Item, is_helpful: bool) -> None:
    """Count one answer to whether an item helped."""
    month = timezone.localdate().replace(day=1)
    counter, _created = Helpfulness.objects.get_or_create(item=item, month=month)
    field = "yes" if is_helpful else "no"
    Helpfulness.objects.filter(pk=counter.pk).update(**{field: F(field) + 1})
