from django import forms
from django.utils.translation import gettext_lazy as _


class HelpfulForm(forms.Form):
    """Whether an item helped; nothing else is asked, and nobody is remembered."""

    answer = forms.ChoiceField(
        label=_("Was this page helpful?"),
        choices=[("yes", _("Yes, it helped me")), ("no", _("No, it did not"))],
        widget=forms.RadioSelect,
    )
