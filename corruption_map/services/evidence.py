"""Documents that show a measure was carried out."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corruption_map.evidence_files import check_evidence, digest
from corruption_map.models import Evidence, Measure
from corruption_map.permissions import check_in_scope, measures_of
from corruption_map.services.changes import record_changes, set_texts
from corruption_map.services.measures import locked
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.public_id import new_public_id
from foundation.publication import renew_pages


@transaction.atomic
def add_evidence(
    *,
    measure: Measure,
    title: dict[str, str],
    by: User,
    file: File[bytes] | None = None,
    url: str = "",
) -> Evidence:
    """Attach a file or an address to a measure.

    The file is kept under a name of ours: its own may say who sent it.
    """
    measure = locked(measure)
    check_in_scope(by, measures_of(by), measure)
    if measure.state == Measure.State.CANCELLED:
        raise ValidationError(_("A cancelled measure takes no evidence"))
    if bool(file) == bool(url):
        raise ValidationError(_("Give either a file or an address"))
    evidence = Evidence(measure=measure, url=url, added_on=timezone.localdate())
    set_texts(evidence, "title", title)
    if file:
        extension = check_evidence(file)
        evidence.sha256 = digest(file)
        evidence.file.save(f"{new_public_id()}.{extension}", file, save=False)
    evidence.save()
    _show(evidence, before="", after=_text(evidence))
    record(
        action="add evidence",
        kind="measure",
        public_id=measure.public_id,
        by=by,
        detail=evidence.sha256 or evidence.url[:200],
    )
    return evidence


@transaction.atomic
def remove_evidence(*, evidence: Evidence, by: User) -> None:
    """Take a document away again, as long as nothing was verified on it."""
    measure = locked(evidence.measure)
    check_in_scope(by, measures_of(by), measure)
    if measure.state == Measure.State.VERIFIED_DONE:
        raise PermissionDenied(
            _("The measure was verified on this evidence, so it stays")
        )
    text, detail = _text(evidence), evidence.sha256 or evidence.url[:200]
    Evidence.objects.get(pk=evidence.pk).delete()
    if evidence.file:
        name, storage = evidence.file.name, evidence.file.storage
        transaction.on_commit(lambda: storage.delete(str(name)))
    _show(evidence, before=text, after="")
    record(
        action="remove evidence",
        kind="measure",
        public_id=measure.public_id,
        by=by,
        detail=detail,
    )


def _text(evidence: Evidence) -> str:
    return evidence.title_kk or evidence.title_ru or evidence.title_en or evidence.url


def _show(evidence: Evidence, *, before: str, after: str) -> None:
    measure = evidence.measure
    if measure.risk.is_public:
        record_changes(
            risk=measure.risk,
            before={"evidence": before},
            after={"evidence": after},
            measure=measure,
        )
        renew_pages()
