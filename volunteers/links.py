"""The links in mails: a signed number is all that is needed to use one."""

from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.urls import reverse

from volunteers.models import Organisation, VolunteerProfile
from volunteers.models.profile import KEPT_UNCONFIRMED

CONFIRM = "volunteers.confirm"
STATUS = "volunteers.status"
GUARDIAN = "volunteers.guardian"
LOGIN = "volunteers.login"
INVITATION = "volunteers.invitation"
KEPT_INVITATION = timedelta(days=14)


class LinkTooOldError(Exception):
    """The link was genuine and its time, or its application, is over."""


def confirm_path(profile: VolunteerProfile) -> str:
    return f"/volunteers/confirm/{signing.dumps(profile.pk, salt=CONFIRM)}/"


def status_path(profile: VolunteerProfile) -> str:
    return f"/volunteers/application/{signing.dumps(profile.pk, salt=STATUS)}/"


def guardian_path(profile: VolunteerProfile) -> str:
    # Bound to the address it was sent to: another guardian needs another link.
    value = [profile.pk, profile.guardian_email]
    return f"/volunteers/guardian/{signing.dumps(value, salt=GUARDIAN)}/"


def login_path(profile: VolunteerProfile) -> str:
    return f"/volunteers/login/{signing.dumps(profile.pk, salt=LOGIN)}/"


def join_url(profile: VolunteerProfile) -> str:
    """Return where a login is made that leads on to linking it with the application.

    Pages of logins have no language in their address.
    """
    onwards = f"/{profile.language}{login_path(profile)}"
    return f"{settings.PUBLIC_URL}{reverse('join')}?next={quote(onwards)}"


def invitation_path(organisation: Organisation, email: str) -> str:
    value = [organisation.pk, email.lower()]
    return f"/volunteers/invitation/{signing.dumps(value, salt=INVITATION)}/"


def invited_by(token: str) -> tuple[Organisation, str] | None:
    """Return which organisation invited which address; None for a forged link."""
    try:
        number, email = signing.loads(token, salt=INVITATION, max_age=KEPT_INVITATION)
    except signing.SignatureExpired as error:
        raise LinkTooOldError from error
    except signing.BadSignature:
        return None
    organisation = Organisation.objects.approved().filter(pk=number).first()
    if organisation is None:
        raise LinkTooOldError
    return organisation, email


def profile_of(token: str, salt: str) -> VolunteerProfile | None:
    """Return whose link it is; None for a forged one."""
    max_age = KEPT_UNCONFIRMED if salt == CONFIRM else None
    try:
        value = signing.loads(token, salt=salt, max_age=max_age)
    except signing.SignatureExpired as error:
        raise LinkTooOldError from error
    except signing.BadSignature:
        return None
    rows = VolunteerProfile.objects.all()
    if salt == GUARDIAN:
        number, email = value
        rows = rows.filter(guardian_email=email)
    else:
        number = value
    found = rows.filter(pk=number).first()
    if found is None:
        raise LinkTooOldError
    return found
