"""Tell whoever subscribed to a survey that its page has changed."""

from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.notifications.services import announce
from foundation.publication import renew_pages
from foundation.search.services import index
from surveys.models import Release, Wave


def tell_of_wave(wave: Wave, action: str, by: User | None) -> None:
    survey = wave.questionnaire.survey
    index("survey", survey.code)
    _announce(wave, f"{action}:{wave.public_id}", f"/surveys/{survey.code}/")
    record(action=action, kind="survey wave", public_id=wave.public_id, by=by)


def tell_of_release(release: Release, action: str, by: User | None) -> None:
    wave = release.wave
    path = f"/surveys/results/{wave.public_id}/releases/{release.number}/"
    _announce(wave, f"{action}:{wave.public_id}:{release.number}", path)
    record(action=action, kind="survey release", public_id=str(release), by=by)


def _announce(wave: Wave, key: str, path: str) -> None:
    renew_pages()
    survey = wave.questionnaire.survey
    announce(
        key=f"survey:{key}:{timezone.localdate()}",
        topics=[("survey", survey.code)],
        template="page_changed",
        context={
            "title": {
                "kk": survey.title_kk,
                "ru": survey.title_ru,
                "en": survey.title_en,
            },
            "path": path,
        },
    )
