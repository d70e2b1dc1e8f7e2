from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from library.models import Item, ItemQuerySet, Topic


class LibraryFilterForm(forms.Form):
    """Facets of the library; an unknown choice is refused, never ignored."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("All kinds")), *Item.Kind.choices],
        required=False,
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    force = forms.ChoiceField(
        label=_("In force"),
        choices=[
            ("", _("All")),
            ("yes", _("No end known")),
            ("no", _("No longer in force")),
        ],
        required=False,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)
        topics = [(topic.code, topic.name) for topic in Topic.objects.all()]
        field.choices = [("", _("All topics")), *topics]


def matching(chosen: dict[str, str], today: date) -> ItemQuerySet:
    items = Item.objects.public()
    if chosen.get("kind"):
        items = items.filter(kind=chosen["kind"])
    if chosen.get("topic"):
        items = items.filter(topics__code=chosen["topic"])
    if chosen.get("force") == "yes":
        items = items.not_ended(today)
    elif chosen.get("force") == "no":
        items = items.no_longer_in_force(today)
    return items
