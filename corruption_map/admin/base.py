"""What the admin pages of this room have in common.

A person sees only the rows of his scope: any other is a 404. States move by steps,
each with a page of its own, and whatever is stored goes through a service.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, Q, QuerySet, TextField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_stubs_ext import StrPromise

from corruption_map.forms.staff import StepForm, add_errors
from foundation.accounts.models import User
from foundation.audit.models import AuditEvent

Row = TypeVar("Row", bound=Model)

MOST_AT_ONCE = 500
MOST_EVENTS = 300


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@dataclass(frozen=True)
class Step(Generic[Row]):
    """One thing a person can do with a row, on a page that asks first."""

    name: str
    label: StrPromise
    # What happens, said on the page.
    note: StrPromise
    form: type[StepForm]
    may: Callable[[User, Row], bool]
    is_possible: Callable[[Row], bool]
    do: Callable[[Row, Any, User], object]
    is_grave: bool = False
    # Why a row is left out when many are done at once, beyond state and person.
    obstacle: Callable[[Row], StrPromise | str] = lambda _row: ""


class ScopedAdmin(admin.ModelAdmin[Row]):
    """Rows of the person's scope, with steps and a history."""

    steps: ClassVar[Sequence[Step[Any]]] = ()
    # The kind under which the audit knows these rows.
    audit_kind = ""
    change_form_template = "admin/corruption_map/change_form_with_steps.html"
    object_history_template = "admin/corruption_map/history.html"
    show_full_result_count = False
    list_per_page = 50

    # Texts of a few lines, not of a page.
    formfield_overrides = {TextField: {"widget": AdminTextareaWidget({"rows": 4})}}

    class Media:
        css = {"all": ["css/staff_map.css"]}

    def view_on_site(self, row: Row) -> str | None:
        """Return where readers see a row; nowhere, as long as it is not public."""
        is_public = getattr(row, "is_public", False)
        return str(row.get_absolute_url()) if is_public else None  # type: ignore[attr-defined]

    def scope(self, user: User) -> Q:
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        return super().get_queryset(request).filter(self.scope(user_of(request)))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Row:
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row

    # Steps

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_step"
        view = self.admin_site.admin_view(self.step_view)
        return [
            path("<path:object_id>/step/<slug:step_name>/", view, name=name),
            *super().get_urls(),
        ]

    def step_url(self, row: Row, step: Step[Row]) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_step"
        return reverse(name, args=[row.pk, step.name])

    def change_url(self, row: Model) -> str:
        opts = row._meta
        return reverse(
            f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk]
        )

    def step_view(
        self, request: HttpRequest, object_id: str, step_name: str
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        user = user_of(request)
        step = next((step for step in self.steps if step.name == step_name), None)
        if step is None:
            raise Http404
        if not self.has_view_permission(request, row) or not step.may(user, row):
            raise PermissionDenied
        if not step.is_possible(row):
            messages.error(request, _("Meanwhile this is no longer possible"))
            return HttpResponseRedirect(self.change_url(row))
        is_sent = request.method == "POST"
        form = step.form(
            request.POST if is_sent else None,
            request.FILES if is_sent else None,
            row=row,
        )
        if is_sent and self._did(request, step, row, form):
            return HttpResponseRedirect(self.change_url(row))
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "step": step,
            "row": row,
            "facts": self.facts(row),
            "form": form,
            "opts": self.opts,
            "back": self.change_url(row),
        }
        return TemplateResponse(request, "admin/corruption_map/step.html", context)

    def _did(
        self, request: HttpRequest, step: Step[Row], row: Row, form: StepForm
    ) -> bool:
        if not form.is_valid():
            return False
        try:
            step.do(row, form, user_of(request))
        except ValidationError as error:
            add_errors(form, error)
            return False
        messages.success(request, _("Done: %(step)s") % {"step": step.label})
        return True

    def facts(self, row: Row) -> list[tuple[str, str]]:
        """Return what a person should see of a row before a step: label and text."""
        return []

    def open_steps(self, user: User, row: Row) -> list[dict[str, Any]]:
        return [
            {
                "label": step.label,
                "url": self.step_url(row, step),
                "is_grave": step.is_grave,
            }
            for step in self.steps
            if step.is_possible(row) and step.may(user, row)
        ]

    # Many rows at once

    def do_many(
        self, request: HttpRequest, rows: QuerySet[Row], step_name: str
    ) -> HttpResponse | None:
        """Ask, then do a step with every row that allows it, and say what was not."""
        step = next(step for step in self.steps if step.name == step_name)
        chosen = list(rows[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            messages.error(
                request, _("Choose at most %(most)s at a time") % {"most": MOST_AT_ONCE}
            )
            return None
        if not chosen:
            messages.error(request, _("None of these rows is yours to work on"))
            return None
        user = user_of(request)
        ready, skipped = self._sorted_out(user, step, chosen)
        is_asked = "confirmed" in request.POST
        form = step.form(request.POST if is_asked else None, row=(ready or chosen)[0])
        if is_asked and form.is_valid():
            done, refused = self._do_each(user, step, ready, form)
            self._report(request, step, done, [*skipped, *refused])
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "step": step,
            "ready": ready,
            "skipped": skipped,
            "form": form,
            "opts": self.opts,
            "action": request.POST.get("action"),
            "chosen": chosen,
            "back": reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            ),
        }
        return TemplateResponse(request, "admin/corruption_map/many.html", context)

    def _sorted_out(
        self, user: User, step: Step[Row], rows: list[Row]
    ) -> tuple[list[Row], list[tuple[Row, str]]]:
        ready, skipped = [], []
        for row in rows:
            why = self._why_not(user, step, row)
            if why:
                skipped.append((row, why))
            else:
                ready.append(row)
        return ready, skipped

    def _why_not(self, user: User, step: Step[Row], row: Row) -> str:
        if not step.is_possible(row):
            state = getattr(row, "get_state_display", lambda: "")()
            return _("Its state is “%(state)s”") % {"state": state}
        if not step.may(user, row):
            return _("You may not do this with it")
        return str(step.obstacle(row))

    def _do_each(
        self, user: User, step: Step[Row], rows: list[Row], form: StepForm
    ) -> tuple[list[Row], list[tuple[Row, str]]]:
        done, refused = [], []
        for row in rows:
            try:
                step.do(row, form, user)
            except ValidationError as error:
                refused.append((row, " ".join(error.messages)))
            except PermissionDenied as error:
                refused.append((row, str(error)))
            else:
                done.append(row)
        return done, refused

    def _report(
        self,
        request: HttpRequest,
        step: Step[Row],
        done: list[Row],
        skipped: list[tuple[Row, str]],
    ) -> None:
        if done:
            text = ngettext(
                "%(step)s: %(count)s row done",
                "%(step)s: %(count)s rows done",
                len(done),
            )
            messages.success(request, text % {"step": step.label, "count": len(done)})
        for row, why in skipped:
            messages.warning(
                request, _("Left out: %(row)s. %(why)s") % {"row": row, "why": why}
            )

    # Pages

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if object_id and IS_POPUP_VAR not in request.GET and request.method == "GET":
            row = self.get_object(request, object_id)
            context["steps"] = self.open_steps(user_of(request), row)
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except ValidationError as error:
            # The form was right; somebody else was quicker.
            for message in error.messages:
                messages.error(request, message)
            return HttpResponseRedirect(request.get_full_path())

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        events = AuditEvent.objects.filter(
            target_kind=self.audit_kind, target_id=self.audit_id(row)
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "object": row,
            "opts": self.opts,
            "events": events.select_related("actor")[:MOST_EVENTS],
            "changes": self.public_changes(row)[:MOST_EVENTS],
            "back": self.change_url(row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    def audit_id(self, row: Row) -> str:
        """Return the id under which the audit knows a row."""
        return str(getattr(row, "public_id", row.pk))

    def public_changes(self, row: Row) -> Any:
        """Return what readers saw change of a row, newest first."""
        return []


class ReadOnlyInline(admin.TabularInline[Any, Any]):
    """Rows that belong to another one, shown and not edited."""

    extra = 0
    can_delete = False
    view_on_site = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NeverDeleted:
    """Others refer to these rows for ever."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
