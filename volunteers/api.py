"""This room under `/api/v1/`."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from foundation.open_data.resources import (
    Parameter,
    Resource,
    by_columns,
    declare_resource,
    valid,
)
from volunteers.datasets import INITIATIVES, OBSERVATIONS, QUESTIONS
from volunteers.filters import InitiativeFilterForm, matching
from volunteers.models import Initiative


def chosen_initiatives(asked: QueryDict) -> QuerySet[Initiative]:
    form: InitiativeFilterForm = valid(InitiativeFilterForm(asked))
    ids = matching(form.cleaned_data).order_by().values("pk")
    return INITIATIVES.rows().filter(pk__in=ids)


declare_resource(
    Resource(
        INITIATIVES,
        [
            Parameter("direction", _("Direction: its code")),
            Parameter("area", _("Area: its code, or “online”")),
            Parameter("state", _("State"), ("joinable", "reported")),
        ],
        chosen_initiatives,
    )
)
declare_resource(by_columns(OBSERVATIONS, "initiative", "area"))
declare_resource(by_columns(QUESTIONS, "initiative"))
