"""What a learner or volunteer types to get a login."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User


class JoinForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("You get a mail with a link; your address is shown to nobody"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("As it shall stand on certificates; you can leave it out for now"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=300)


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # not generic at run time
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _("At least twelve characters")
        self.fields["new_password2"].label = _("New password, once more")
        self.fields["new_password2"].help_text = ""


class MemberForm(forms.ModelForm[User]):
    """What a person may change of the own login."""

    class Meta:
        model = User
        fields = ["name", "language"]
        labels = {"language": _("Language of mails")}
