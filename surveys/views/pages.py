"""Public pages about surveys: the same for everybody, so rendered once."""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.publication import stored_page
from surveys import desk
from surveys.areas import area_map, outlines
from surveys.comparing import changes
from surveys.deadlines import decided_by
from surveys.exports import (
    MEDIA_TYPES,
    RELEASE_FORMATS,
    aggregate_file,
    margins_in_words,
    release_blocks,
    release_content,
    release_crosses,
)
from surveys.judging import judge
from surveys.kept import results_of
from surveys.models import (
    Finding,
    OpenText,
    PolicyAction,
    Questionnaire,
    Release,
    ReportedFigure,
    Survey,
    Wave,
)
from surveys.series import published_waves, series_of


@stored_page
def surveys(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    shown = list(Survey.objects.public())
    rows = [
        {
            "survey": survey,
            "open": [w for w in _waves(survey) if w.is_open(today)],
            "closed": [w for w in _waves(survey) if not w.is_open(today)],
        }
        for survey in shown
    ]
    context = {"rows": rows, "has_demo": any(survey.is_demo for survey in shown)}
    return render(request, "surveys/surveys.html", context)


def _waves(survey: Survey) -> list[Wave]:
    return list(
        Wave.objects.public()
        .filter(questionnaire__survey=survey)
        .select_related("questionnaire__survey")
    )


@stored_page
def survey(request: HttpRequest, code: str) -> HttpResponse:
    row = get_object_or_404(Survey.objects.public(), code=code)
    today = timezone.localdate()
    waves = _waves(row)
    context = {
        "survey": row,
        "open": [wave for wave in waves if wave.is_open(today)],
        "waves": waves,
        "questionnaires": row.questionnaires.exclude(state="draft"),
        "series": ReportedFigure.objects.filter(survey=row),
        "findings": _findings(waves),
        "has_trends": len(published_waves(row)) > 1,
        "has_demo": row.is_demo or any(wave.is_demo for wave in waves),
    }
    return render(request, "surveys/survey.html", context)


def _findings(waves: list[Wave]) -> list[Finding]:
    found = list(
        Finding.objects.public()
        .filter(wave__in=waves)
        .prefetch_related("actions__owner", "actions__changes")
    )
    for finding in found:
        for action in finding.actions.all():
            # Known already; not to be read again for each action.
            action.finding = finding
        judge(finding.actions.all())
    return found


def _public_wave(public_id: str) -> Wave:
    return get_object_or_404(
        Wave.objects.public().select_related("questionnaire__survey"),
        public_id=public_id,
    )


@stored_page
def results(request: HttpRequest, public_id: str) -> HttpResponse:
    wave = _public_wave(public_id)
    withdrawal = Release.objects.withdrawal_of(wave)
    is_shown = wave.shows_totals and not withdrawal
    found = results_of(wave) if is_shown else None
    kinds = {q.code: q.kind for q in wave.questionnaire.definition.items}
    crosses = [
        (cross, area_map(cross) if kinds[cross.split] == "area" else None)
        for cross in (found.crosses if found else ())
    ]
    context = {
        "wave": wave,
        "survey": wave.questionnaire.survey,
        "is_open": wave.is_open(timezone.localdate()),
        "withdrawal": withdrawal,
        "responses": found.responses if found else None,
        "tables": found.tables if found and found.responses else [],
        # Groups are compared once nothing changes any more.
        "crosses": crosses,
        "outlines": outlines() if any(drawn for _cross, drawn in crosses) else None,
        "texts": OpenText.objects.filter(wave=wave).exclude(review="hidden"),
        "releases": wave.releases.exclude(state="draft"),
        "findings": _findings([wave]),
        "has_demo": wave.is_demo,
    }
    return render(request, "surveys/results.html", context)


@require_safe
def export(request: HttpRequest, public_id: str, file_format: str) -> HttpResponseBase:
    wave = _public_wave(public_id)
    if not wave.shows_totals or file_format not in {"csv", "json"}:
        raise Http404
    if withdrawal := Release.objects.withdrawal_of(wave):
        return _release_page(request, withdrawal, HTTPStatus.GONE)
    content = aggregate_file(wave, file_format, with_bom=request.GET.get("bom") == "1")
    response = HttpResponse(content, content_type=MEDIA_TYPES[file_format])
    response["Content-Disposition"] = (
        f'attachment; filename="survey-{wave.public_id}.{file_format}"'
    )
    return response


@stored_page
def release(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    return _release_page(request, _release(public_id, number))


def _release_page(
    request: HttpRequest, row: Release, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """Show a release; of a withdrawn one all but the figures."""
    has_figures = not row.is_withdrawn
    context = {
        "release": row,
        "wave": row.wave,
        "survey": row.wave.questionnaire.survey,
        "margins": margins_in_words(row),
        "diagnostics": row.scheme.diagnostics if row.scheme else {},
        "blocks": release_blocks(row) if has_figures else [],
        "crosses": release_crosses(row) if has_figures else [],
        "changes": changes(row) if has_figures else [],
        "has_demo": row.wave.is_demo,
    }
    return render(request, "surveys/release.html", context, status=status)


def _release(public_id: str, number: int) -> Release:
    return get_object_or_404(
        Release.objects.exclude(state="draft").select_related(
            "wave__questionnaire__survey"
        ),
        wave__public_id=public_id,
        number=number,
    )


@require_safe
def release_file(
    request: HttpRequest, public_id: str, number: int, file_format: str
) -> HttpResponseBase:
    row = _release(public_id, number)
    if file_format not in RELEASE_FORMATS:
        raise Http404
    if row.is_withdrawn:
        return _release_page(request, row, HTTPStatus.GONE)
    content = release_content(row, file_format)
    response = HttpResponse(content, content_type=MEDIA_TYPES[file_format])
    response["Content-Disposition"] = (
        f'attachment; filename="survey-{public_id}-{number}.'
        f'{RELEASE_FORMATS[file_format]}"'
    )
    return response


@require_safe
def questionnaire_file(
    request: HttpRequest, code: str, number: int, kind: str
) -> HttpResponse:
    """A wording that was fielded, as data, for whoever wants to ask the same."""
    row = get_object_or_404(
        Questionnaire.objects.exclude(state="draft").select_related("survey"),
        survey__code=code,
        number=number,
    )
    if kind not in {"json", "xlsform"}:
        raise Http404
    return desk.questionnaire_file(row.definition, row.whole_body(), kind)


@stored_page
def actions(request: HttpRequest) -> HttpResponse:
    """What came of surveys: what is overdue first, then every decision."""
    today = timezone.localdate()
    since = decided_by()
    rows = PolicyAction.objects.public().select_related(
        "finding__wave__questionnaire__survey", "owner"
    )
    late = list(rows.overdue(today))
    others = [row for row in rows if row not in late]
    judge([*late, *others])
    undecided = Finding.objects.undecided(since).select_related(
        "wave__questionnaire__survey"
    )
    silent = Wave.objects.without_finding(since).select_related("questionnaire__survey")
    waves = [row.finding.wave for row in (*late, *others)]
    waves += [*silent, *(finding.wave for finding in undecided)]
    context = {
        "late": late,
        "rows": others,
        "undecided": undecided,
        "silent": silent,
        "days": settings.SURVEY_DECISION_DAYS,
        "has_demo": any(wave.is_demo for wave in waves),
    }
    return render(request, "surveys/actions.html", context)


@stored_page
def trends(request: HttpRequest, code: str) -> HttpResponse:
    """How answers went over the waves, from published results."""
    row = get_object_or_404(Survey.objects.public(), code=code)
    releases = published_waves(row)
    context = {
        "survey": row,
        "releases": releases,
        "series": series_of(row),
        "has_demo": row.is_demo or any(release.wave.is_demo for release in releases),
    }
    return render(request, "surveys/trends.html", context)
