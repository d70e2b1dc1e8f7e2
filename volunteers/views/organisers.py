"""Pages of those who run an initiative; what is not theirs is not found."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from foundation.accounts.models import User
from foundation.accounts.permissions import member_page
from volunteers.forms.observation import answers_of
from volunteers.forms.organiser import (
    ChecklistFormSet,
    InitiativeForm,
    MessageForm,
    PersonForm,
    ReportForm,
    ResultFormSet,
)
from volunteers.models import Hours, Initiative, Letter, Observation
from volunteers.permissions import initiative_run_by, organisation_run_by
from volunteers.services.contact import answer_letter
from volunteers.services.initiatives import (
    publish_report,
    submit_initiative,
    write_to_people,
)
from volunteers.services.observations import reject_observation, verify_observation
from volunteers.services.sign_ups import confirm_hours, note_attendance
from volunteers.views.organisations import user_of


@member_page
@require_http_methods(["GET", "POST"])
def new_initiative(request: HttpRequest, public_id: str) -> HttpResponse:
    organisation = organisation_run_by(user_of(request), public_id)
    return _write(request, Initiative(organisation=organisation))


@member_page
@require_http_methods(["GET", "POST"])
def edit_initiative(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a draft; what is public is changed by staff, who see what it was."""
    row = initiative_run_by(user_of(request), public_id)
    if row.state != Initiative.State.DRAFT:
        return redirect("volunteers:people", public_id=public_id)
    return _write(request, row)


def _write(request: HttpRequest, row: Initiative) -> HttpResponse:
    form = InitiativeForm(request.POST or None, instance=row)
    checklist = ChecklistFormSet(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid() and checklist.is_valid():
        stored = form.save()
        checklist.save()
        if "submit" in request.POST:
            submit_initiative(initiative=stored, by=user_of(request))
        return redirect("volunteers:people", public_id=stored.public_id)
    status = 422 if form.is_bound else 200
    context = {
        "form": form,
        "checklist": checklist,
        "organisation": row.organisation,
    }
    return render(request, "volunteers/write.html", context, status=status)


@member_page
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show who takes part, by name alone: attendance, hours and observations."""
    row = initiative_run_by(user_of(request), public_id)
    refused = ""
    message = MessageForm()
    if request.method == "POST":
        try:
            if "text" in request.POST:
                message = MessageForm(request.POST)
                is_done = _write_mail(row, message, user_of(request))
            else:
                is_done = _step(row, PersonForm(request.POST), user_of(request))
        except ValidationError as error:
            refused, is_done = " ".join(error.messages), False
        if is_done:
            return redirect(request.path)
    sign_ups = row.sign_ups.select_related("profile", "hours")
    questions = list(row.checklist.all())
    waiting = Observation.objects.filter(initiative=row, state="received")
    observations = waiting.select_related("area").prefetch_related("photos")[:200]
    context = {
        "initiative": row,
        "sign_ups": sign_ups.order_by("turn")[:1000],
        "observations": [(seen, answers_of(seen, questions)) for seen in observations],
        "letters": _conversations(row),
        "message": message,
        "refused": refused,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "volunteers/people.html", context, status=status)


def _conversations(row: Initiative) -> list[tuple[Letter, list[Letter]]]:
    """Return each letter that waits, the newest of its writer, with what was before."""
    letters = row.letters.select_related("profile").order_by("-written_at", "-pk")
    by_writer: dict[int, list[Letter]] = {}
    for letter in letters[:500]:
        by_writer.setdefault(letter.profile_id, []).append(letter)
    # The newest first in each; a conversation reads from its beginning.
    found = [(of_one[0], of_one[::-1]) for of_one in by_writer.values()]
    return sorted(found, key=lambda pair: pair[0].is_from_organiser)


def _write_mail(row: Initiative, form: MessageForm, by: User) -> bool:
    if not form.is_valid():
        return False
    write_to_people(initiative=row, text=form.cleaned_data["text"], by=by)
    return True


def _step(row: Initiative, form: PersonForm, by: User) -> bool:
    if not form.is_valid():
        return False
    step, pk = form.cleaned_data["step"], form.cleaned_data["row"]
    if step in ("came", "absent"):
        sign_up = get_object_or_404(row.sign_ups, pk=pk)
        note_attendance(sign_up=sign_up, came=step == "came", by=by)
    elif step == "hours":
        hours = get_object_or_404(Hours, pk=pk, sign_up__initiative=row)
        confirmed = form.cleaned_data["hours"]
        if confirmed is None:
            confirmed = hours.proposed
        confirm_hours(hours=hours, confirmed=confirmed, by=by)
    elif step == "answer":
        letter = get_object_or_404(Letter, pk=pk, initiative=row)
        answer_letter(letter=letter, text=form.cleaned_data["answer"], by=by)
    else:
        found = get_object_or_404(Observation, pk=pk, initiative=row)
        if step == "verify":
            verify_observation(observation=found, by=by)
        else:
            reason = form.cleaned_data["reason"]
            reject_observation(observation=found, reason=reason, by=by)
    return True


@member_page
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write what was achieved, with numbers; published, it is changed by staff only."""
    row = initiative_run_by(user_of(request), public_id)
    if row.state not in (Initiative.State.OPEN, Initiative.State.CLOSED):
        return redirect("volunteers:people", public_id=public_id)
    form = ReportForm(request.POST or None, instance=row)
    results = ResultFormSet(request.POST or None, instance=row)
    refused = ""
    if request.method == "POST" and form.is_valid() and results.is_valid():
        row.save(update_fields=["report_kk", "report_ru", "report_en", "updated_at"])
        results.save()
        try:
            publish_report(initiative=row, by=user_of(request))
        except ValidationError as error:
            refused = " ".join(error.messages)
        else:
            return redirect(row.get_absolute_url())
    status = 422 if request.method == "POST" else 200
    context = {"initiative": row, "form": form, "results": results, "refused": refused}
    return render(request, "volunteers/report.html", context, status=status)
