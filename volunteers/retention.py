"""What is erased when: unconfirmed applications after 7 days, people after 24 months.

Erasure leaves counts, not people: sign-ups, hours and verified observations stay
without a name; certificates lose theirs, and their check says so.
"""

from functools import partial

from django.db import transaction
from django.utils import timezone

from foundation.notifications.models import Message
from foundation.publication import renew_pages
from volunteers.models import Initiative, Observation, Photo, SignUp, VolunteerProfile
from volunteers.places import promote


@transaction.atomic
def erase(profile_id: int) -> bool:
    """Erase one person; places he held go to those who wait.

    Initiatives are locked before the person, in the order in which signing up does.
    """
    _give_back_places(profile_id)
    rows = VolunteerProfile.objects.select_for_update()
    profile = rows.filter(pk=profile_id).first()
    if profile is None:
        return False
    # The note and the photos of what nobody verified are his words, not a record.
    unverified = Observation.objects.filter(profile=profile).exclude(
        state=Observation.State.VERIFIED
    )
    photos = Photo.objects.filter(observation__in=unverified)
    names = [photo.file.name for photo in photos if photo.file.name]
    storage = Photo._meta.get_field("file").storage
    unverified.delete()
    profile.certificates.update(name="")
    mails = [profile.email, *filter(None, [profile.guardian_email])]
    Message.objects.filter(
        recipient__in=mails, template__startswith="volunteer_"
    ).delete()
    profile.delete()
    for name in names:
        transaction.on_commit(partial(storage.delete, name))
    renew_pages()
    return True


def _give_back_places(profile_id: int) -> None:
    live = SignUp.objects.live().filter(profile=profile_id)
    ids = list(live.values_list("initiative_id", flat=True))
    rows = Initiative.objects.select_for_update().filter(pk__in=ids)
    for initiative in rows.order_by("pk"):
        sign_up = live.filter(initiative=initiative).first()
        if sign_up is None or initiative.state != Initiative.State.OPEN:
            continue
        if initiative.starts_at <= timezone.now():
            continue
        had_place = sign_up.state == SignUp.State.ACCEPTED
        sign_up.state = SignUp.State.WITHDRAWN
        sign_up.save(update_fields=["state"])
        if had_place:
            initiative.taken -= 1
            initiative.save(update_fields=["taken"])
            promote(initiative)
