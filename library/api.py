"""This room under `/api/v1/`: the filters are those of the page."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.open_data.resources import Parameter, Resource, declare_resource, valid
from library.datasets import ITEMS
from library.filters import LibraryFilterForm, matching
from library.models import Item


def chosen_items(asked: QueryDict) -> QuerySet[Item]:
    form: LibraryFilterForm = valid(LibraryFilterForm(asked))
    ids = matching(form.cleaned_data, timezone.localdate()).order_by().values("pk")
    return ITEMS.rows().filter(pk__in=ids)


declare_resource(
    Resource(
        ITEMS,
        [
            Parameter("kind", _("Kind"), tuple(Item.Kind.values)),
            Parameter("topic", _("Topic: its code")),
            Parameter("force", _("Whether in force"), ("yes", "no")),
        ],
        chosen_items,
    )
)
