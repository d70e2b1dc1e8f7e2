from celery import shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from foundation.notifications.services import send
from reports.models import Disclosure, Recipient, Tip, Wrap
from reports.retention import forget_outdated, sweep_files, warn_of_erasures


@shared_task
def forget() -> None:
    """Erase what is due. At least once: a second run finds nothing left."""
    forget_outdated()
    sweep_files()


@shared_task
def warn_holders() -> None:
    """Warn of erasures to come. At least once: what was told is told no second time."""
    warn_of_erasures()


@shared_task
def tell_recipients() -> None:
    """Mail, once a day at one hour, those for whom something waits; never what.

    At least once; the key keeps a day's mail single. A mail at the moment of a filing
    would tell whoever watches the mail when somebody filed.
    """
    for person in Recipient.objects.working():
        if _waits_for(person):
            send(
                key=f"reports:{person.pk}:{timezone.localdate()}",
                recipient=person.user.email,
                language=person.user.language,
                template="desk",
                context={
                    "url": f"{settings.PUBLIC_URL}{reverse('admin:index')}",
                    "is_late": _is_late_for(person),
                },
            )


def _is_late_for(person: Recipient) -> bool:
    held = Tip.objects.held_by(person.user)
    return held.late(timezone.localdate()).exists()


def _waits_for(person: Recipient) -> bool:
    held = Wrap.objects.filter(recipient=person, purpose=Wrap.Purpose.IDENTITY)
    asked = Disclosure.objects.filter(
        state=Disclosure.State.ASKED, tip__in=held.values("tip")
    )
    return Tip.objects.held_by(person.user).unanswered().exists() or asked.exists()
