"""What a person may name in a form: the areas, bodies and risks of his scope."""

from typing import Any

from django.db.models import ForeignKey, ManyToManyField, Q, QuerySet
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest

from corruption_map.admin.base import Row, ScopedAdmin, user_of
from corruption_map.models import Risk, RiskAnalysis
from corruption_map.permissions import is_of_a_body, risks_of
from foundation.accounts.models import User
from foundation.territory.models import Area, PublicBody
from foundation.territory.permissions import in_scope, scope_of


def bodies_of(user: User) -> QuerySet[PublicBody]:
    return PublicBody.objects.filter(in_scope(user, body="pk", area="area"))


def areas_of(user: User) -> QuerySet[Area]:
    """Return the areas a person may name; whoever works for a body may name any."""
    if is_of_a_body(user):
        return Area.objects.all()
    return Area.objects.filter(in_scope(user, body="pk", area="pk"))


class ScopedChoicesAdmin(ScopedAdmin[Row]):
    """Choices end where the person's scope ends, for what is posted as well."""

    # The fields that anybody's body may stand in: who helps with a measure.
    open_fields: tuple[str, ...] = ()
    # What a body's own people must fill in, else the row is nobody's.
    needed_of_bodies: tuple[str, ...] = ("body", "executor")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any]:
        user = user_of(request)
        if db_field.name not in self.open_fields:
            self._narrow(db_field.related_model, user, kwargs)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        assert field is not None
        if db_field.name in self.needed_of_bodies and is_of_a_body(user):
            field.required = True
        return field

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any]:
        if db_field.name not in self.open_fields:
            self._narrow(db_field.related_model, user_of(request), kwargs)
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        assert field is not None
        return field

    def _narrow(self, model: Any, user: User, kwargs: dict[str, Any]) -> None:
        if model is PublicBody:
            kwargs["queryset"] = bodies_of(user).order_by("code")
        elif model is Area:
            kwargs["queryset"] = areas_of(user)
        elif model is Risk:
            kwargs["queryset"] = Risk.objects.filter(risks_of(user))
        elif model is RiskAnalysis:
            mine: Q = in_scope(user, body="body", area="body__area")
            kwargs["queryset"] = RiskAnalysis.objects.filter(mine).select_related(
                "body"
            )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        scope = scope_of(user_of(request))
        if scope is not None and scope.body is not None:
            return {
                "body": scope.body.pk,
                "executor": scope.body.pk,
                "area": scope.body.area_id,
                **found,
            }
        if scope is not None and scope.area is not None:
            return {"area": scope.area.pk, **found}
        return found
