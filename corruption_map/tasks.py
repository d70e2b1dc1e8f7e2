from celery import shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from corruption_map.counts import recount_all
from corruption_map.dashboard import panels
from foundation.accounts.models import User
from foundation.notifications.services import send
from foundation.publication import renew_pages


@shared_task
def recount_map() -> None:
    """Count the map's figures for the new day. At least once: it starts from nothing."""
    recount_all()
    renew_pages()


@shared_task
def remind_of_deadlines() -> None:
    """Mail staff what waits for them. At least once; the key keeps a day's mail single."""
    for user in User.objects.filter(is_staff=True, is_active=True, scope__isnull=False):
        with override(user.language):
            waiting = [
                f"{panel.title}: {panel.count}"
                for panel in panels(user)
                if panel.count and user.has_perm(panel.permission)
            ]
        if waiting:
            send(
                key=f"waiting:{user.pk}:{timezone.localdate()}",
                recipient=user.email,
                language=user.language,
                template="waiting",
                context={
                    "waiting": waiting,
                    "url": f"{settings.PUBLIC_URL}{reverse('admin:index')}",
                },
            )
