"""What of this room is open data: waves, published figures, decisions, quotations."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.open_data.registry import (
    CC_BY,
    ChangeNote,
    Column,
    Dataset,
    declare,
    translated,
)
from surveys.models import Estimate, PolicyAction, Release, ReportedFigure, Survey, Wave

SURVEY = Column("survey", _("Survey: its code"), source="questionnaire__survey__code")


def public_waves() -> QuerySet[Wave]:
    return Wave.objects.public().order_by("pk")


def public_figures() -> QuerySet[Estimate]:
    """Figures of every release, the superseded ones too, but of no withdrawn one."""
    return Estimate.objects.filter(release__state__in=Release.READABLE).order_by("pk")


def public_decisions() -> QuerySet[PolicyAction]:
    return PolicyAction.objects.filter(finding__is_public=True).order_by("pk")


def reported_figures() -> QuerySet[ReportedFigure]:
    return ReportedFigure.objects.order_by("pk")


def figures_updated() -> date | None:
    newest: date | None = Release.objects.aggregate(
        on=Greatest(Max("published_on"), Max("withdrawn_on"))
    )["on"]
    return newest


def changes_of_releases(most: int) -> Iterable[ChangeNote]:
    rows = Release.objects.exclude(state=Release.State.DRAFT).select_related(
        "wave__questionnaire__survey"
    )
    newest = rows.alias(on=Coalesce("withdrawn_on", "published_on"))
    for release in newest.order_by("-on", "-pk")[:most]:
        survey = release.wave.questionnaire.survey
        wave = release.wave.public_id
        title = f"{survey.title.plain}: {release.wave.label.plain}, № {release.number}"
        key = f"survey-results/{wave}/{release.number}"
        text, day = release.reason.plain or survey.summary.plain, release.published_on
        if release.is_withdrawn:
            title = gettext("Withdrawn: %(title)s") % {"title": title}
            text, day = release.withdrawal.plain, release.withdrawn_on
            key += "/withdrawn"
        assert day is not None
        yield ChangeNote(
            key=key,
            title=title,
            text=text,
            path=f"/surveys/results/{wave}/releases/{release.number}/",
            changed_at=datetime.combine(day, time(), UTC),
        )


WAVES = declare(
    Dataset(
        slug="surveys",
        title=_("Surveys"),
        description=_(
            "Every time a survey was asked: who was asked, how and when, with which"
            " wording. What single people answered is not public."
        ),
        source=_("This portal"),
        licence=CC_BY,
        rows=public_waves,
        columns=[
            Column("public_id", _("Public id")),
            SURVEY,
            Column(
                "audience",
                _("Who it is for"),
                source="questionnaire__survey__audience",
                choices=tuple(Survey.Audience.values),
            ),
            *translated("title", _("Title"), source="questionnaire__survey__title"),
            *translated("label", _("Label")),
            *translated("population", _("Population")),
            Column("sample", _("Sample"), choices=tuple(Wave.Sample.values)),
            Column("state", _("State"), choices=("open", "closed")),
            Column("opens_on", _("Opens on"), type="date"),
            Column("closes_on", _("Closes on"), type="date"),
            Column("min_cell", _("Smallest group shown"), type="integer"),
            Column(
                "questionnaire",
                _("Number of the questionnaire"),
                type="integer",
                source="questionnaire__number",
            ),
            Column(
                "questionnaire_sha256",
                _("SHA-256 of the questionnaire"),
                source="questionnaire__body_sha256",
            ),
            Column("is_demo", _("Made up for a demonstration"), type="boolean"),
        ],
    )
)

FIGURES = declare(
    Dataset(
        slug="survey-results",
        title=_("Results of surveys"),
        description=_(
            "The figures of every published release as they were frozen. A figure that"
            " is not shown, for its group is empty or too small, has no value. Samples"
            " anybody could join have no standard error and no interval."
        ),
        source=_("Answers given on this portal, weighted as each release says"),
        licence=CC_BY,
        key="key",
        rows=public_figures,
        updated=figures_updated,
        changes=changes_of_releases,
        columns=[
            Column("key", _("Public id"), convert=str),
            Column("wave", _("Wave: its public id"), source="release__wave__public_id"),
            Column(
                "release",
                _("Number of the release"),
                type="integer",
                source="release__number",
            ),
            Column(
                "release_state",
                _("State of the release"),
                source="release__state",
                choices=Release.READABLE,
            ),
            Column(
                "published_on",
                _("Published on"),
                type="date",
                source="release__published_on",
            ),
            Column("question", _("Question: its variable")),
            Column("code", _("Answer: its code")),
            Column("split", _("Split by: its variable")),
            Column("level", _("Group: its code")),
            Column("n", _("People who gave this answer"), type="integer"),
            Column("base", _("People in the base"), type="integer"),
            Column(
                "p",
                _("Share, weighted"),
                type="number",
                description=_("From 0 to 1"),
            ),
            Column("se", _("Standard error"), type="number"),
            Column("low", _("Lower bound of the 95 % interval"), type="number"),
            Column("high", _("Upper bound of the 95 % interval"), type="number"),
            Column("deff", _("Design effect"), type="number"),
            Column("n_eff", _("Effective number"), type="number"),
            Column("flag", _("Flag"), choices=tuple(Estimate.Flag.values)),
            Column(
                "is_demo",
                _("Made up for a demonstration"),
                type="boolean",
                source="release__wave__is_demo",
            ),
        ],
    )
)

DECISIONS = declare(
    Dataset(
        slug="survey-decisions",
        title=_("What came of surveys"),
        description=_(
            "What was found, what was decided about it and why, who does it until when."
        ),
        source=_("The authority that asked"),
        licence=CC_BY,
        rows=public_decisions,
        columns=[
            Column("public_id", _("Public id")),
            Column("wave", _("Wave: its public id"), source="finding__wave__public_id"),
            *translated("finding", _("What was found"), source="finding__text"),
            Column(
                "decision",
                _("Decision"),
                choices=tuple(PolicyAction.Decision.values),
            ),
            *translated("action", _("What is done")),
            *translated("reason", _("Reason")),
            Column("owner", _("Responsible body: its code"), source="owner__code"),
            Column("due_on", _("Due on"), type="date"),
            Column("status", _("Status"), choices=tuple(PolicyAction.Status.values)),
            Column("evidence_url", _("Evidence")),
            Column("target_question", _("Question of the target")),
            Column("target_code", _("Answer of the target")),
            Column("target_from", _("Share now, %"), type="number"),
            Column("target_to", _("Share aimed at, %"), type="number"),
            Column(
                "is_demo",
                _("Made up for a demonstration"),
                type="boolean",
                source="finding__wave__is_demo",
            ),
        ],
    )
)

REPORTED = declare(
    Dataset(
        slug="survey-reported-figures",
        title=_("Figures other surveys reported"),
        description=_(
            "Figures quoted from other studies as they were reported. They are not data"
            " of this portal and not to be compared with each other."
        ),
        source=_("The sources named by each row"),
        licence=CC_BY,
        key="code",
        rows=reported_figures,
        columns=[
            Column("code", _("Code")),
            Column("survey", _("Survey: its code"), source="survey__code"),
            Column("year", _("Year"), type="integer"),
            *translated("label", _("What was found")),
            Column("percent", _("Per cent"), type="number"),
            *translated("study", _("Study")),
            Column("asked", _("Number of respondents")),
            *translated("source", _("Source")),
            Column("is_secondary", _("From press reports"), type="boolean"),
        ],
    )
)
