from django.utils import timezone
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from courses.models import (
    Block,
    BlockText,
    Course,
    CourseVersion,
    Enrolment,
    Learner,
    Lesson,
    Module,
    Question,
    QuestionBank,
    QuestionVersion,
    Quiz,
    QuizSlot,
)
from tests.factories.accounts import UserFactory


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course

    slug = Sequence(lambda n: f"course-{n}")
    audience = Course.Audience.CIVIL_SERVANT


class VersionFactory(DjangoModelFactory):
    class Meta:
        model = CourseVersion

    course = SubFactory(CourseFactory)
    number = 1
    title_kk = "Курс"
    title_ru = "Курс"
    title_en = "Course"
    summary_kk = "Курс туралы"
    summary_ru = "О курсе"
    summary_en = "About the course"


class ModuleFactory(DjangoModelFactory):
    class Meta:
        model = Module

    version = SubFactory(VersionFactory)
    position = Sequence(lambda n: n + 1)
    title_kk = "Модуль"
    title_ru = "Модуль"
    title_en = "Module"


class LessonFactory(DjangoModelFactory):
    class Meta:
        model = Lesson

    module = SubFactory(ModuleFactory)
    position = Sequence(lambda n: n + 1)
    title_kk = "Сабақ"
    title_ru = "Урок"
    title_en = "Lesson"


class BlockFactory(DjangoModelFactory):
    class Meta:
        model = Block

    lesson = SubFactory(LessonFactory)
    position = Sequence(lambda n: n + 1)
    kind = Block.Kind.TEXT


class BlockTextFactory(DjangoModelFactory):
    class Meta:
        model = BlockText

    block = SubFactory(BlockFactory)
    language = "kk"
    html = "<p>Мәтін</p>"
    state = BlockText.State.READY


class BankFactory(DjangoModelFactory):
    class Meta:
        model = QuestionBank

    slug = Sequence(lambda n: f"bank-{n}")
    name = Sequence(lambda n: f"Bank {n}")


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    bank = SubFactory(BankFactory)
    key = Sequence(lambda n: f"question-{n}")


def texts(text):
    return {"kk": f"{text} (kk)", "ru": f"{text} (ru)", "en": text}


def choice(key, fraction, feedback="why"):
    return {
        "key": key,
        "fraction": fraction,
        "pinned": False,
        "text": texts(f"text of {key}"),
        "feedback": texts(feedback),
    }


class QuestionVersionFactory(DjangoModelFactory):
    class Meta:
        model = QuestionVersion

    question = SubFactory(QuestionFactory)
    number = 1
    kind = QuestionVersion.Kind.SINGLE
    body = LazyFunction(
        lambda: {
            "stem": texts("Which one?"),
            "choices": [choice("rightone", "1"), choice("wrongone", "0")],
            "explanation": texts("Because of the law"),
        }
    )


class QuizFactory(DjangoModelFactory):
    class Meta:
        model = Quiz

    version = SubFactory(VersionFactory)
    role = Quiz.Role.FINAL
    title_kk = "Тест"
    title_ru = "Тест"
    title_en = "Test"


class SlotFactory(DjangoModelFactory):
    class Meta:
        model = QuizSlot

    quiz = SubFactory(QuizFactory)
    position = Sequence(lambda n: n + 1)
    question = SubFactory(QuestionVersionFactory)


class LearnerFactory(DjangoModelFactory):
    class Meta:
        model = Learner

    user = SubFactory(UserFactory)


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrolment

    learner = SubFactory(LearnerFactory)
    version = SubFactory(VersionFactory, state="published", published_at=timezone.now())


def option(key, **more):
    return {"key": f"secretkey{key}", "text": texts(f"option {key}"), **more}


def _choices(*shares):
    rows = [choice(f"secretkey{n}", share) for n, share in enumerate(shares)]
    for n, row in enumerate(rows):
        row["text"] = texts(f"answer {n}")
        row["feedback"] = texts(f"secretfeedback {n}")
    return {"choices": rows}


# A question of each kind; nothing that says “secret” may leave before an attempt ends.
EVERY_KIND = {
    "single": _choices("1", "0", "0"),
    "multiple": _choices("1/2", "1/2", "-1/2"),
    "true_false": _choices("1", "0"),
    "dilemma": _choices("1", "1/3", "0"),
    "short": {"answers": {code: ["secretanswer"] for code in ("kk", "ru", "en")}},
    "numeric": {"value": "7351.25", "tolerance": "0.0625"},
    "matching": {
        "pairs": [
            {
                "key": f"secretkey{n}",
                "left": texts(f"left {n}"),
                "right": texts(f"right {n}"),
            }
            for n in range(3)
        ]
    },
    "ordering": {"steps": [option(n) for n in range(3)]},
    "cloze": {
        "text": texts("A gap {1} and another {2}"),
        "gaps": [
            {
                "key": str(gap),
                "options": [option(n, is_right=n == gap) for n in range(3)],
            }
            for gap in (1, 2)
        ],
    },
}


def question_of(kind, **more):
    """Return a question of a kind that explains itself with a secret."""
    body = {"stem": texts(f"Stem of {kind}"), **EVERY_KIND[kind]}
    body["explanation"] = texts("secretexplanation")
    return QuestionVersionFactory(kind=kind, body=body, **more)
