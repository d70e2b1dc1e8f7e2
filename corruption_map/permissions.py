"""Who may do what on the map, beyond Django's model permissions.

A body's own people write its drafts and report on its measures. The agency, and its
people in an area, review and publish. The agency alone verifies, and never somebody
who stands on the executor's side.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from corruption_map.models import Measure, Risk
from foundation.accounts.models import User
from foundation.territory.models import PublicBody
from foundation.territory.permissions import in_scope, is_agency, scope_of, subtree


def risks_of(user: User) -> Q:
    """Return the condition on the risks a staff member works on."""
    return in_scope(user, body="body", area="area")


def measures_of(user: User, prefix: str = "") -> Q:
    """Return the condition on the measures a staff member works on.

    They are those against the body's own risks and those the body carries out.
    `prefix` is the lookup from another row: `measure__`.
    """
    area = f"{prefix}risk__area"
    if is_agency(user):
        return Q()
    return in_scope(user, body=f"{prefix}executor", area=area) | in_scope(
        user, body=f"{prefix}risk__body", area=area
    )


def is_of_a_body(user: User) -> bool:
    """Tell whether the user answers for one body, whatever else he may do."""
    scope = scope_of(user)
    return scope is not None and scope.body is not None


def stands_for(user: User, body: PublicBody | None) -> bool:
    """Tell whether the user works for a body or for one above it."""
    scope = scope_of(user)
    if body is None or scope is None or scope.body is None:
        return False
    return body.pk in subtree(scope.body)


def check_in_scope(user: User, rows: Q, row: Risk | Measure) -> None:
    if not type(row)._default_manager.filter(rows, pk=row.pk).exists():
        raise PermissionDenied(_("This does not belong to what you work on"))


def may_edit_risk(user: User, risk: Risk) -> bool:
    """Tell whether the user may change the texts of a risk in his scope."""
    if risk.state == Risk.State.WITHDRAWN:
        return False
    return risk.state == Risk.State.DRAFT or not is_of_a_body(user)


def may_move_risk(user: User, risk: Risk, to: str) -> bool:
    """Tell whether the user may bring a risk in his scope into a state.

    Whoever writes a draft hands it in or drops it; everything else is review.
    """
    drops = risk.state == Risk.State.DRAFT and to == Risk.State.WITHDRAWN
    if to == Risk.State.IN_REVIEW or drops:
        return user.has_perm("corruption_map.change_risk")
    return user.has_perm("corruption_map.review_risk") and not is_of_a_body(user)


def may_move_measure(user: User, measure: Measure, to: str) -> bool:
    """Tell whether the user may bring a measure in his scope into a state."""
    if to in (Measure.State.VERIFIED_DONE, Measure.State.RETURNED):
        return may_verify(user, measure)
    if to == Measure.State.REPORTED_DONE:
        return user.has_perm("corruption_map.report_measure") or (
            user.has_perm("corruption_map.change_measure") and not is_of_a_body(user)
        )
    if to == Measure.State.CANCELLED and measure.risk.is_public:
        return user.has_perm("corruption_map.verify_measure") and is_agency(user)
    return user.has_perm("corruption_map.change_measure")


def may_verify(user: User, measure: Measure) -> bool:
    """Tell whether the user may judge what the executor's side reported."""
    return (
        user.has_perm("corruption_map.verify_measure")
        and is_agency(user)
        and measure.reported_by_id != user.pk
        and not stands_for(user, measure.executor)
    )


def may_reply(user: User, body: PublicBody | None) -> bool:
    """Tell whether the user may answer a comment in the name of the body."""
    if not user.has_perm("corruption_map.reply_publiccomment"):
        return user.has_perm("corruption_map.moderate_publiccomment") and is_agency(
            user
        )
    return is_agency(user) or stands_for(user, body)
