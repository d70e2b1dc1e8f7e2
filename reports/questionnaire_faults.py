"""What stands in the way of publishing a questionnaire, told question by question."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.languages import Text, languages
from reports.questionnaires import Form, Question, Section


@dataclass(frozen=True)
class Fault:
    """Something to mend in a question, or in a section where no question is named."""

    section: Section
    question: Question | None
    text: str

    @property
    def name(self) -> Text:
        return self.question.label if self.question else self.section.title


@dataclass(frozen=True)
class Dangling:
    """A condition on what is not asked before, or on answers that are not offered."""

    question: Question
    name: str
    lost: frozenset[str]
    is_asked: bool

    @property
    def key(self) -> tuple[str, str, frozenset[str]]:
        return self.question.id, self.name, self.lost


def dangling(form: Form) -> Iterator[Dangling]:
    """Find the conditions that can never hold as they are written."""
    known: dict[str, Question] = {}
    for section in form.sections:
        for question in section.questions:
            for name, wanted in question.conditions:
                lost = wanted - (known[name].values if name in known else set())
                if lost:
                    yield Dangling(question, name, lost, is_asked=name in known)
        known |= {question.id: question for question in section.questions}


def faults(form: Form) -> Iterator[Fault]:
    broken = {row.question.id for row in dangling(form)}
    for section in form.sections:
        for text in _of_section(section):
            yield Fault(section, None, text)
        for question in section.questions:
            for text in _of_question(question):
                yield Fault(section, question, text)
            if question.id in broken:
                text = _("A condition names an answer that is not offered before")
                yield Fault(section, question, text)


def _of_section(section: Section) -> Iterator[str]:
    if not section.questions:
        yield _("The section has no question")
    if missing := unwritten(section.titles):
        yield _("The title is missing in: %(languages)s") % {"languages": missing}


def _of_question(question: Question) -> Iterator[str]:
    if missing := unwritten(question.labels):
        yield _("The text is missing in: %(languages)s") % {"languages": missing}
    if any(question.hints.values()) and (missing := unwritten(question.hints)):
        yield _("The hint is missing in: %(languages)s") % {"languages": missing}
    for value, texts in question.choices:
        if missing := unwritten(texts):
            text = _("The answer “%(answer)s” is missing in: %(languages)s")
            yield text % {"answer": question.shown(value), "languages": missing}


def unwritten(texts: dict[str, str]) -> str:
    """Name the languages a text is not written in, each in its own."""
    names = dict(settings.LANGUAGES)
    return ", ".join(str(names[c]) for c in languages() if not texts.get(c))
