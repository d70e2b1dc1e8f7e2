"""Weigh a wave and publish its results as a release that does not change any more."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.languages import columns, languages
from foundation.open_data.editions import withdraw_editions
from foundation.publication import renew_pages
from foundation.search.services import index
from foundation.territory.models import Area, AreaPopulation
from surveys.datasets import FIGURES
from surveys.definition import canonical
from surveys.estimates import estimates, weigh
from surveys.models import (
    ActionChange,
    Estimate,
    PolicyAction,
    Release,
    Wave,
    WeightScheme,
)
from surveys.services.telling import tell_of_release
from surveys.statistics.response_rates import (
    DispositionError,
    Dispositions,
    response_rates,
)
from surveys.statistics.weights import WeightingError


def compute_weights(*, scheme: WeightScheme, by: User | None) -> WeightScheme:
    """Compute a scheme's weights; one that fails says why and is never published."""
    if scheme.releases.exclude(state=Release.State.DRAFT).exists():
        raise ValidationError(
            _("Published results rest on this weighting: add another")
        )
    try:
        scheme.margins = [_with_population(margin, scheme) for margin in scheme.margins]
        found = weigh(scheme)
    except (WeightingError, KeyError, TypeError, ValueError, AttributeError) as error:
        scheme.state, scheme.failure = WeightScheme.State.FAILED, str(error)[:300]
        scheme.weights, scheme.diagnostics = {}, {}
    else:
        scheme.state, scheme.failure = WeightScheme.State.READY, ""
        scheme.weights = dict(zip(found.cells, found.weights, strict=True))
        scheme.diagnostics = found.diagnostics
    scheme.save(update_fields=["margins", "state", "failure", "weights", "diagnostics"])
    record(action="weigh", kind="survey weighting", public_id=str(scheme.pk), by=by)
    return scheme


def _with_population(margin: Any, scheme: WeightScheme) -> Any:
    """Fill in “targets”: “population” from the populations of the areas, with source.

    The newest day not after the close that all areas have; areas nobody came from stay
    in, so that raking says what is missing.
    """
    if not isinstance(margin, dict) or margin.get("targets") != "population":
        return margin
    question = scheme.wave.questionnaire.definition.question(str(margin["question"]))
    if question is None or question.kind != "area":
        raise WeightingError("Populations are known of areas only")
    rows = AreaPopulation.objects.filter(
        area__in=Area.objects.mapped(), date__lte=scheme.wave.closes_on
    )
    newest = rows.order_by("-date").first()
    if newest is None:
        raise WeightingError("No populations of the areas are known")
    there = dict(rows.filter(date=newest.date).values_list("area__iso", "value"))
    return {
        **margin,
        "targets": _to_total_of_others(there, scheme),
        "source": newest.source,
        "date": newest.date.isoformat(),
    }


def _to_total_of_others(targets: dict[str, int], scheme: WeightScheme) -> Any:
    """Bring populations to the total the other margins have: all must have the same."""
    others = [m["targets"] for m in scheme.margins if isinstance(m["targets"], dict)]
    if not others:
        return targets
    factor = sum(others[0].values()) / sum(targets.values())
    return {level: n * factor for level, n in targets.items()}


@transaction.atomic
def publish_release(*, release: Release, by: User | None) -> Release:
    """Freeze the results of a closed wave; an earlier release stays, superseded."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    wave = release.wave
    if release.state != Release.State.DRAFT:
        raise ValidationError(_("The release is published already"))
    if wave.state != Wave.State.CLOSED:
        raise ValidationError(_("Only results of a closed wave are published"))
    if release.scheme and (
        release.scheme.state != WeightScheme.State.READY
        or release.scheme.wave_id != wave.pk
    ):
        raise ValidationError(_("The weighting failed or was not computed"))
    earlier = Release.objects.filter(wave=wave).exclude(pk=release.pk)
    if earlier.exclude(state=Release.State.DRAFT).exists() and not release.reason_kk:
        raise ValidationError(_("A correction says its reason"))
    rows = list(estimates(wave, release.scheme))
    Estimate.objects.bulk_create(
        [
            Estimate(release=release, position=position, **row)
            for position, row in enumerate(rows)
        ],
        batch_size=1_000,
    )
    release.methodology = methodology(release)
    release.body = canonical({"methodology": release.methodology, "estimates": rows})
    release.sha256 = sha256(release.body.encode()).hexdigest()
    release.published_on = timezone.localdate()
    release.state = Release.State.PUBLISHED
    release.save(
        update_fields=["methodology", "body", "sha256", "published_on", "state"]
    )
    earlier.filter(state=Release.State.PUBLISHED).update(state=Release.State.SUPERSEDED)
    tell_of_release(release, "publish", by)
    return release


@transaction.atomic
def withdraw_release(
    *, release: Release, reason: Mapping[str, str], by: User | None
) -> Release:
    """Take figures back for good: the release stays listed, with the reason why.

    A release it had superseded stays so, for nobody said that it is right again. The
    tables of the wave wait for the next release, and the versions of the open data that
    had the figures are withdrawn as well.
    """
    release = Release.objects.select_for_update().get(pk=release.pk)
    if not release.is_readable:
        raise ValidationError(_("Only published results can be withdrawn"))
    if not (reason.get("kk") and reason.get("ru")):
        raise ValidationError(_("A withdrawal says its reason in Kazakh and Russian"))
    release.state = Release.State.WITHDRAWN
    release.withdrawn_on = timezone.localdate()
    for code in languages():
        setattr(release, f"withdrawal_{code}", reason.get(code, ""))
    release.save(
        update_fields=["state", "withdrawn_on", *columns("withdrawal")],
    )
    assert release.published_on is not None
    withdraw_editions(FIGURES.slug, since=release.published_on)
    tell_of_release(release, "withdraw", by)
    return release


def methodology(release: Release) -> dict[str, Any]:
    """Return what AAPOR asks to disclose, as far as the portal knows it."""
    wave, scheme = release.wave, release.scheme
    return {
        **release.methodology,
        "population": {c: getattr(wave, f"population_{c}") for c in ("kk", "ru", "en")},
        "sample": wave.sample,
        "is_probability": wave.is_probability,
        "mode": "web",
        "opened_on": wave.opens_on.isoformat(),
        "closed_on": wave.closes_on.isoformat(),
        "invited": wave.invited,
        **_rates(release),
        "questionnaire": wave.questionnaire.number,
        "questionnaire_sha256": wave.questionnaire.body_sha256,
        "smallest_group": wave.min_cell,
        "design_weights": wave.strata,
        "weighting": scheme.kind if scheme else "none",
        "margins": scheme.margins if scheme else [],
        "weighting_diagnostics": scheme.diagnostics if scheme else {},
    }


# What staff may say of the cases of a sample, in AAPOR's terms.
CASES = ("partial", "refused", "not_reached", "other", "eligible_share")


def _rates(release: Release) -> dict[str, Any]:
    """Return how the cases ended and AAPOR's rates; for a sample of volunteers, none.

    Who did not answer is of unknown eligibility unless staff say more in “dispositions”.
    """
    wave = release.wave
    if wave.invited is None:
        return {}
    complete = wave.responses.count()
    told = release.methodology.get("dispositions") or {}
    given = {name: told[name] for name in CASES if name in told}
    rest = wave.invited - complete
    rest -= sum(n for name, n in given.items() if name != "eligible_share")
    try:
        cases = Dispositions(complete, unknown=rest, **given)
    except (DispositionError, TypeError) as error:
        raise ValidationError(
            _("The dispositions do not add up to the people invited")
        ) from error
    return {"dispositions": asdict(cases), "response_rates": response_rates(cases)}


def verify(release: Release) -> bool:
    """Tell whether a release still is what was hashed, estimates included."""
    names = ["question", "code", "split", "level", "n", "p", "flag"]
    told = json.loads(release.body)["estimates"]
    kept = release.estimates.order_by("position").values(*names)
    same = all(
        all(row.get(name) == other[name] for name in names)
        for row, other in zip(told, kept, strict=True)
    )
    return same and sha256(release.body.encode()).hexdigest() == release.sha256


@transaction.atomic
def note_action(*, action: PolicyAction, by: User | None) -> None:
    """Append what an action says now to its history."""
    ActionChange.objects.create(
        action=action,
        changed_on=timezone.localdate(),
        decision=action.decision,
        status=action.status,
        due_on=action.due_on,
    )
    renew_pages()
    index("survey-finding", action.finding.public_id)
    record(action="decide", kind="policy action", public_id=str(action.pk), by=by)
