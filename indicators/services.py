"""What changes the figures: load a release, publish it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.services import announce
from foundation.publication import renew_pages
from indicators.importers import Lookups, key_of, read_file
from indicators.models import Indicator, Observation, Release, Source
from indicators.tasks import derive


@dataclass(frozen=True)
class Difference:
    """How a file differs from the release it would supersede."""

    added: list[Observation]
    changed: list[tuple[Observation, Observation]]
    removed: list[Observation]
    same: int


def current_release(indicator: Indicator, source: Source) -> Release | None:
    return Release.objects.current().filter(indicator=indicator, source=source).first()


def compare(before: Iterable[Observation], after: Iterable[Observation]) -> Difference:
    old = {key_of(row): row for row in before}
    new = {key_of(row): row for row in after}
    both = [(old[key], row) for key, row in new.items() if key in old]
    changed = [(was, row) for was, row in both if _figures(was) != _figures(row)]
    return Difference(
        added=[row for key, row in new.items() if key not in old],
        changed=changed,
        removed=[row for key, row in old.items() if key not in new],
        same=len(both) - len(changed),
    )


def _figures(row: Observation) -> tuple[object, ...]:
    return row.value, row.lower, row.upper, row.rank_of, row.status


def try_release(
    *, indicator: Indicator, source: Source, content: bytes
) -> tuple[Sequence[Observation], Difference]:
    """Read a file and compare it with what is published; store nothing.

    Raises FileRefusedError.
    """
    rows = read_file(content, Lookups.read())
    before = current_release(indicator, source)
    published = (
        before.observations.with_names() if before else Observation.objects.none()
    )
    return rows, compare(published, rows)


@transaction.atomic
def load_release(
    *,
    indicator: Indicator,
    source: Source,
    edition: str,
    retrieved_on: date,
    content: bytes,
    by: User,
) -> Release:
    """Store a file as an unpublished release; raises FileRefusedError, then nothing is."""
    rows = read_file(content, Lookups.read())
    release = Release.objects.create(
        indicator=indicator,
        source=source,
        edition=edition,
        retrieved_on=retrieved_on,
        sha256=sha256(content).hexdigest(),
    )
    for row in rows:
        row.release = release
    Observation.objects.bulk_create(rows)
    record(
        action="load",
        kind="release",
        public_id=f"{indicator.code}/{release.pk}",
        by=by,
        detail=f"{len(rows)} observations",
    )
    return release


@transaction.atomic
def publish_release(*, release: Release, by: User) -> Release:
    """Publish a release; from now on the database refuses every change of it."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.is_published:
        raise ValidationError(_("The release is published already"))
    if not release.observations.exists():
        raise ValidationError(_("The release has no figures"))
    # Two releases of one source published together would both supersede one.
    Indicator.objects.select_for_update().get(pk=release.indicator_id)
    release.supersedes = current_release(release.indicator, release.source)
    release.published_at = timezone.now()
    release.save(update_fields=["supersedes", "published_at"])
    transaction.on_commit(derive.delay)
    renew_pages()
    indicator = release.indicator
    announce(
        key=f"release:{indicator.code}:{release.pk}",
        topics=[("indicator", indicator.code)],
        template="page_changed",
        context={
            "title": {
                "kk": indicator.name_kk,
                "ru": indicator.name_ru,
                "en": indicator.name_en,
            },
            "path": f"/statistics/{indicator.code}/",
        },
    )
    record(
        action="publish",
        kind="release",
        public_id=f"{release.indicator.code}/{release.pk}",
        by=by,
    )
    return release
