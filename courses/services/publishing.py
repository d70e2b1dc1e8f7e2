"""Check a draft, freeze it and show it; make the next draft out of it."""

import json
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import (
    Block,
    BlockText,
    CourseVersion,
    Lesson,
    Media,
    Module,
    QuestionVersion,
    Quiz,
    QuizSlot,
    SlotQuestion,
)
from courses.question_check import faults_of
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.languages import languages
from foundation.publication import renew_pages
from foundation.search.services import index


@transaction.atomic
def publish_version(*, version: CourseVersion, by: User | None) -> CourseVersion:
    """Freeze a draft and let new learners begin it; the one before is superseded."""
    version = CourseVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != CourseVersion.State.DRAFT:
        raise ValidationError(_("This version is published already"))
    fill_pools(version)
    faults = check_version(version)
    if faults:
        raise ValidationError(faults)
    earlier = version.course.versions.filter(state=CourseVersion.State.PUBLISHED)
    earlier.update(state=CourseVersion.State.RETIRED)
    version.content_sha256 = content_sha256(version)
    version.state = CourseVersion.State.PUBLISHED
    version.published_at = timezone.now()
    version.save(update_fields=["content_sha256", "state", "published_at"])
    index("course", version.course.slug)
    renew_pages()
    record(
        action="publish",
        kind="course",
        public_id=version.course.slug,
        by=by,
        detail=f"{version.number} {version.content_sha256}",
    )
    return version


def fill_pools(version: CourseVersion) -> None:
    """Write down what each place of a test may draw from."""
    SlotQuestion.objects.filter(slot__quiz__version=version).delete()
    rows = []
    for slot in QuizSlot.objects.filter(quiz__version=version):
        if slot.question_id:
            rows.append(SlotQuestion(slot=slot, question_id=slot.question_id))
            continue
        newest = QuestionVersion.objects.filter(
            question__bank=slot.bank, question__is_active=True
        ).order_by("question_id", "-number")
        rows += [
            SlotQuestion(slot=slot, question=question)
            for question in newest.distinct("question_id")
            if not slot.tag or slot.tag in question.tags
        ]
    SlotQuestion.objects.bulk_create(rows)


def faults_to_publish(version: CourseVersion) -> list[str]:
    """Return what stands in the way, as if it were published now; nothing is kept."""
    with transaction.atomic():
        fill_pools(version)
        faults = check_version(version)
        transaction.set_rollback(True)
    return faults


def check_version(version: CourseVersion) -> list[str]:
    """Return what stands in the way of publishing."""
    faults = []
    blocks = Block.objects.filter(lesson__module__version=version)
    if not blocks.filter(is_required=True).exists():
        faults.append(_("The version has no required block"))
    if version.number > 1 and not (version.note_kk and version.note_ru):
        faults.append(_("Say in Kazakh and Russian what changed"))
    for block in blocks.prefetch_related("texts", "media__tracks"):
        faults += _block_faults(block)
    for slot in QuizSlot.objects.filter(quiz__version=version):
        if slot.pool.count() < (1 if slot.question_id else slot.count):
            faults.append(
                _("%(slot)s: the bank has too few questions") % {"slot": slot}
            )
        for question in QuestionVersion.objects.filter(pools__slot=slot):
            found = faults_of(question.kind, question.body)
            faults += [f"{question}: {fault}" for fault in found]
    return faults


def _block_faults(block: Block) -> list[str]:
    faults = []
    ready = {t.language for t in block.texts.all() if t.state == BlockText.State.READY}
    missing = [code for code in languages() if code not in ready]
    if block.kind != Block.Kind.QUIZ and missing:
        faults.append(
            _("%(block)s: no finished text in %(languages)s")
            % {"block": f"{block.lesson}, {block}", "languages": ", ".join(missing)}
        )
    if block.kind in (Block.Kind.VIDEO, Block.Kind.FILE) and not block.media:
        faults.append(_("%(block)s has no file") % {"block": block})
    tracks = block.media.tracks.all() if block.media else []
    if block.kind == Block.Kind.VIDEO and block.media:
        spoken = block.media.language
        if spoken not in {track.language for track in tracks}:
            faults.append(
                _("%(block)s has no captions in its spoken language") % {"block": block}
            )
    return faults


def content_sha256(version: CourseVersion) -> str:
    """Return the sum of all that a learner of this version can meet."""
    parts: list[Any] = [_plain(version, "state", "content_sha256", "course")]
    for module in version.modules.all():
        parts.append(_plain(module))
        for lesson in module.lessons.all():
            parts.append(_plain(lesson))
            for block in lesson.blocks.all():
                parts.append(_plain(block))
                parts += [_plain(text) for text in block.texts.order_by("language")]
                parts += _recording(block.media)
    for quiz in version.quizzes.all():
        parts.append(_plain(quiz))
        for slot in quiz.slots.all():
            parts.append(_plain(slot))
            pool = QuestionVersion.objects.filter(pools__slot=slot).order_by("pk")
            parts += [_plain(question) for question in pool]
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _recording(media: Media | None) -> list[Any]:
    """Return the sum of a file's bytes, and its captions."""
    if media is None:
        return []
    tracks = media.tracks.order_by("language")
    return [media.sha256, media.language, *(_plain(track) for track in tracks)]


def _plain(row: Any, *without: str) -> dict[str, Any]:
    return model_to_dict(row, exclude=["id", *without])


@transaction.atomic
def next_draft(*, version: CourseVersion) -> CourseVersion:
    """Copy a version with all its content; nothing of the old one is touched."""
    newest = version.course.versions.select_for_update().order_by("-number")[0]
    if newest.state == CourseVersion.State.DRAFT:
        raise ValidationError(_("There is a draft already"))
    old = version.pk
    draft = CourseVersion.objects.get(pk=old)
    draft.pk, draft.number = None, newest.number + 1
    draft.state, draft.published_at = CourseVersion.State.DRAFT, None
    draft.content_sha256 = draft.note_kk = draft.note_ru = draft.note_en = ""
    draft._state.adding = True  # noqa: SLF001  Django's documented way to copy
    draft.save()
    quizzes = _copy_quizzes(old, draft)
    for module in Module.objects.filter(version_id=old):
        lessons = list(module.lessons.all())
        _copy(module, version=draft)
        for lesson in lessons:
            blocks = list(lesson.blocks.all())
            _copy(lesson, module=module)
            for block in blocks:
                _copy_block(block, lesson, quizzes)
    return draft


@transaction.atomic
def copy_recording(*, media: Media) -> Media:
    """Copy a recording with its captions, to be corrected for the next version.

    Both rows name the same file, which nothing here writes to or deletes.
    """
    tracks = list(media.tracks.all())
    copied: Media = _copy(Media.objects.get(pk=media.pk))
    for track in tracks:
        _copy(track, media=copied)
    return copied


def _copy(row: Any, **changes: Any) -> Any:
    row.pk = None
    row._state.adding = True  # noqa: SLF001  Django's documented way to copy
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    return row


def _copy_quizzes(old: int, draft: CourseVersion) -> dict[int, Quiz]:
    copies = {}
    for quiz in Quiz.objects.filter(version_id=old):
        before, slots = quiz.pk, list(quiz.slots.all())
        copies[before] = _copy(quiz, version=draft)
        for slot in slots:
            _copy(slot, quiz=quiz)
    return copies


def _copy_block(block: Block, lesson: Lesson, quizzes: dict[int, Quiz]) -> None:
    texts = list(block.texts.all())
    quiz = quizzes[block.quiz_id] if block.quiz_id else None
    _copy(block, lesson=lesson, quiz=quiz)
    for text in texts:
        _copy(text, block=block)
