from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.accounts.roles import LABELS, role_label
from foundation.accounts.two_factor import FACTORS
from foundation.audit.services import record
from foundation.territory.models import Scope
from foundation.territory.permissions import is_agency
from portal.staff.services import forget_second_factors, invite

# Roles are declared in code, addresses are on the user, and secrets are not for lists.
for model in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class RoleField(forms.ModelMultipleChoiceField[Group]):
    def label_from_instance(self, obj: Any) -> str:
        return role_label(obj.name)


class UserForm(forms.ModelForm[User]):
    groups = RoleField(
        label=_("Roles"),
        queryset=Group.objects.filter(name__in=LABELS).order_by("pk"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = User
        fields = ["email", "name", "language", "is_staff", "is_active", "groups"]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        same = User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(_("This address has a login already"))
        return email


class ScopeForm(forms.ModelForm[Scope]):
    class Meta:
        model = Scope
        fields = ["kind", "body", "area"]

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind names, and drop what it does not."""
        cleaned = super().clean() or {}
        for kind, field in ((Scope.Kind.BODY, "body"), (Scope.Kind.AREA, "area")):
            if cleaned.get("kind") != kind:
                cleaned[field] = None
            elif not cleaned.get(field):
                self.add_error(field, _("Say which one"))
        return cleaned


class ScopeInline(admin.StackedInline[Scope, User]):
    model = Scope
    form = ScopeForm
    autocomplete_fields = ["body", "area"]


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [(name, str(label)) for name, label in LABELS.items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> QuerySet[User]:
        value = self.value()
        return queryset.filter(groups__name=value) if value else queryset


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """The logins of staff: who, in which roles, on what."""

    form = UserForm
    inlines = [ScopeInline]
    list_display = [
        "email",
        "name",
        "roles",
        "works_on",
        "has_second_factor",
        "is_active",
    ]
    list_filter = ["is_active", "is_staff", RoleFilter]
    search_fields = ["email", "name"]
    list_select_related = ["scope__body", "scope__area"]
    actions = ["send_invitation", "remove_second_factors"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Count(
            "authenticator", filter=Q(authenticator__type__in=FACTORS), distinct=True
        )
        users = super().get_queryset(request).prefetch_related("groups")
        return users.annotate(factors=factors)

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        if user.is_superuser:
            return gettext("May do everything")
        return ", ".join(role_label(group.name) for group in user.groups.all())

    @admin.display(description=_("works on"))
    def works_on(self, user: User) -> str:
        scope = getattr(user, "scope", None)
        if scope is None:
            return gettext("Everything") if user.is_superuser else gettext("Nothing")
        return str(scope.body or scope.area or scope.get_kind_display())

    @admin.display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: User) -> bool:
        return bool(user.factors)  # type: ignore[attr-defined]  # annotated above

    # Only the agency gives logins; nobody changes their own rights, and nobody but a
    # superuser touches one. A login is closed, never deleted: the audit names it.

    def has_view_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        return is_agency(request.user) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_agency(request.user) and super().has_add_permission(request)

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        if not is_agency(request.user) or not super().has_change_permission(request):
            return False
        return obj is None or may_change(_by(request), obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def save_model(
        self, request: HttpRequest, obj: User, form: Any, change: bool
    ) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        user: User = form.instance
        before = _rights(user) if change else set()
        super().save_related(request, form, formsets, change)
        self._audit(request, form, before, change)
        if not change:
            invite(user=user, by=_by(request))
            self.message_user(request, gettext("The invitation is on its way by mail."))

    def _audit(
        self, request: HttpRequest, form: Any, before: set[str], change: bool
    ) -> None:
        user: User = form.instance
        facts = [("add", "")] if not change else []
        if change and "is_active" in form.changed_data:
            facts.append(("open" if user.is_active else "close", ""))
        if change and "is_staff" in form.changed_data:
            facts.append(("let in" if user.is_staff else "shut out", "staff area"))
        after = _rights(User.objects.get(pk=user.pk))
        facts += [("give", right) for right in sorted(after - before)]
        facts += [("take", right) for right in sorted(before - after)]
        for action, detail in facts:
            record(
                action=action,
                kind="user",
                public_id=str(user.pk),
                by=_by(request),
                detail=detail,
            )

    @admin.action(
        description=_("Send the chosen people an invitation"), permissions=["change"]
    )
    def send_invitation(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        sent = 0
        for user in queryset.filter(is_active=True):
            if may_change(_by(request), user):
                invite(user=user, by=_by(request))
                sent += 1
        self.message_user(
            request,
            ngettext("%(sent)d invitation sent", "%(sent)d invitations sent", sent)
            % {"sent": sent},
        )

    @admin.action(
        description=_("Remove the second factors of the chosen people"),
        permissions=["change"],
    )
    def remove_second_factors(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        if not all(may_change(_by(request), user) for user in queryset):
            raise PermissionDenied
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("Remove second factors"),
                "opts": self.opts,
                "users": queryset,
            }
            return TemplateResponse(
                request, "admin/accounts/remove_second_factors.html", context
            )
        for user in queryset:
            forget_second_factors(user=user, by=_by(request))
        self.message_user(
            request,
            gettext("Removed: at the next sign-in they set up new ones."),
            messages.SUCCESS,
        )
        return None


def may_change(by: User, user: User) -> bool:
    return by.is_superuser or (user != by and not user.is_superuser)


def _by(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _rights(user: User) -> set[str]:
    """Return roles and scope as the audit names them."""
    found = {f"role {name}" for name in user.groups.values_list("name", flat=True)}
    scope = Scope.objects.filter(user=user).select_related("body", "area").first()
    if scope is not None:
        place = scope.body.code if scope.body else scope.area.iso if scope.area else ""
        found.add(f"scope {scope.kind} {place}".strip())
    return found
