"""Take questions out of a bank and into it."""

from django.db import transaction
from django.utils.text import slugify

from courses.exchange.gift import read_gift, write_gift
from courses.exchange.moodle_xml import read_moodle, write_moodle
from courses.exchange.plain import Loss, Plain, flatten, spread
from courses.models import Question, QuestionBank, QuestionVersion


def newest(bank: QuestionBank) -> list[QuestionVersion]:
    rows = QuestionVersion.objects.filter(question__bank=bank, question__is_active=True)
    rows = rows.order_by("question_id", "-number").distinct("question_id")
    return list(rows.select_related("question"))


def export_bank(
    *, bank: QuestionBank, language: str, file_format: str
) -> tuple[str, list[Loss]]:
    """Return the newest versions in one language, and what the format cannot say."""
    questions = [
        Plain(v.question.key, v.kind, v.scoring, flatten(v.body, language), v.tags)
        for v in newest(bank)
    ]
    if file_format == "gift":
        return write_gift(questions)
    return write_moodle(questions), []


@transaction.atomic
def import_bank(
    *, bank: QuestionBank, language: str, text: str
) -> tuple[int, list[Loss]]:
    """Add the questions of a file; each waits for its other languages.

    A question that is there already gets a new version with the new words.
    """
    is_xml = text.lstrip("\ufeff \r\n").startswith("<")
    questions, lost = (read_moodle if is_xml else read_gift)(text)
    for number, plain in enumerate(questions, start=1):
        key = slugify(plain.key)[:80] or f"{bank.slug}-{number}"
        question, _is_new = Question.objects.get_or_create(
            key=key, defaults={"bank": bank}
        )
        if question.bank_id != bank.pk:
            lost.append(Loss(number, f"{key}: in another bank"))
            continue
        last = question.versions.first()
        QuestionVersion.objects.create(
            question=question,
            number=last.number + 1 if last else 1,
            kind=plain.kind,
            scoring=plain.scoring,
            body=spread(plain.body, language),
            tags=[tag for tag in map(slugify, plain.tags) if tag],
        )
    return len(questions), lost
