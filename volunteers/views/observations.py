"""What volunteers saw: the form of the observer, and the public pages."""

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts.permissions import member_page
from foundation.key_set import Order, key_set_page
from foundation.languages import current_language
from foundation.open_data.exports import export_response
from foundation.publication import stored_page
from volunteers.datasets import OBSERVATIONS
from volunteers.drawing import dots
from volunteers.forms.observation import ObservationForm, answers_of
from volunteers.models import Initiative, Observation, Photo
from volunteers.permissions import may_see_photos
from volunteers.services.observations import may_observe, record_observation
from volunteers.views.members import profile_of


@member_page
@require_http_methods(["GET", "POST"])
def observe(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = Initiative.objects.public().select_related("area")
    initiative = get_object_or_404(rows, public_id=public_id)
    profile = profile_of(request)
    if profile is None or not may_observe(initiative, profile):
        return redirect("volunteers:mine", public_id=public_id)
    form = ObservationForm(
        request.POST or None, request.FILES or None, initiative=initiative
    )
    if request.method == "POST" and form.is_valid():
        try:
            record_observation(
                initiative=initiative,
                profile=profile,
                client_key=form.cleaned_data["client_key"],
                fields=form.stored() | {"note_language": current_language()},
                photos=form.cleaned_data["photos"],
                keeps_place=form.cleaned_data["keeps_place"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("volunteers:me")
    status = 422 if form.is_bound else 200
    context = {"form": form, "initiative": initiative}
    return render(request, "volunteers/observe.html", context, status=status)


@stored_page
def observations(request: HttpRequest) -> HttpResponse:
    rows = Observation.objects.verified().select_related("area", "initiative")
    page = key_set_page(
        rows, order=Order(("seen_on", "id"), falling=True), asked=request.GET
    )
    context = {
        "page": page,
        "dots": dots(page.rows),
        "has_demo": any(row.is_demo for row in page.rows),
    }
    return render(request, "volunteers/observations.html", context)


@stored_page
def observation(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = Observation.objects.verified().select_related("area", "initiative")
    row = get_object_or_404(rows, public_id=public_id)
    context = {
        "observation": row,
        "answers": answers_of(row, row.initiative.checklist.all()),
        "photos": row.photos.all(),
        "dots": dots([row]),
        "has_demo": row.is_demo,
    }
    return render(request, "volunteers/observation.html", context)


@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return a photo of a verified observation; any other to those it concerns."""
    rows = Photo.objects.select_related("observation__profile")
    row = get_object_or_404(rows, pk=pk)
    if not may_see_photos(request.user, row.observation):
        raise Http404
    is_public = row.observation.state == Observation.State.VERIFIED
    response = FileResponse(row.file.open("rb"), content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store" if not is_public else "max-age=60"
    return response


@require_safe
def export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    with_bom = request.GET.get("bom") == "1"
    rows = OBSERVATIONS.rows()
    return export_response(
        OBSERVATIONS, rows, file_format, "observations", with_bom=with_bom
    )
