"""What a body says of itself: its analyses of risks and its exposed positions."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from corruption_map.models import RiskAnalysis, VulnerablePosition
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.publication import renew_pages
from foundation.search.services import index
from foundation.territory.models import PublicBody
from foundation.territory.permissions import in_scope


@transaction.atomic
def save_position(*, position: VulnerablePosition, by: User) -> VulnerablePosition:
    """Store a post exposed to corruption; what is published shows at once."""
    is_new = position.pk is None
    before = VulnerablePosition.objects.filter(pk=position.pk).first()
    _check_scope(by, before, position)
    position.save()
    if position.is_published or (before is not None and before.is_published):
        index("position", position.public_id)
        index("position", position.public_id)
        renew_pages()
    record(
        action="add" if is_new else "change",
        kind="position",
        public_id=position.public_id,
        by=by,
    )
    return position


@transaction.atomic
def save_analysis(*, analysis: RiskAnalysis, by: User) -> RiskAnalysis:
    """Store that a body's risks were analysed; its page shows it at once."""
    before = RiskAnalysis.objects.filter(pk=analysis.pk).first()
    _check_scope(by, before, analysis)
    analysis.save()
    renew_pages()
    record(
        action="change analysis" if before else "add analysis",
        kind="body",
        public_id=analysis.body.code,
        by=by,
        detail=str(analysis.done_on),
    )
    return analysis


def _check_scope(by: User, *rows: VulnerablePosition | RiskAnalysis | None) -> None:
    bodies = {row.body_id for row in rows if row is not None}
    allowed = PublicBody.objects.filter(
        in_scope(by, body="pk", area="area"), pk__in=bodies
    )
    if allowed.count() != len(bodies):
        raise PermissionDenied(_("This does not belong to what you work on"))
