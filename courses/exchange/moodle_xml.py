"""Questions as Moodle XML; a `portal` tag of a question keeps what Moodle has no word for."""

import re
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from courses.exchange.plain import Loss, Plain

TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "dilemma": "multichoice",
    "true_false": "truefalse",
    "short": "shortanswer",
    "numeric": "numerical",
    "matching": "matching",
    "ordering": "ordering",
    "cloze": "cloze",
}
GAP = re.compile(r"\{1:MULTICHOICE:((?:\\.|[^}\\])*)\}")


def write_moodle(questions: list[Plain]) -> str:
    quiz = Element("quiz")
    for question in questions:
        row = SubElement(quiz, "question", type=TYPES[question.kind])
        _text(SubElement(row, "name"), question.key)
        stem = question.body.get("stem") or _with_gaps(question.body)
        _text(SubElement(row, "questiontext", format="plain_text"), stem)
        _text(
            SubElement(row, "generalfeedback"), question.body.get("explanation") or ""
        )
        _answers(row, question)
        tags = SubElement(row, "tags")
        for tag in [
            f"portal:{question.kind}:{question.scoring}",
            *question.tags,
        ]:
            _text(SubElement(tags, "tag"), tag)
    return tostring(quiz, encoding="unicode", xml_declaration=True) + "\n"


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = text


def _answers(row: Element, question: Plain) -> None:
    body, kind = question.body, question.kind
    if kind == "numeric":
        answer = SubElement(row, "answer", fraction="100")
        _text(answer, body["value"])
        SubElement(answer, "tolerance").text = body.get("tolerance") or "0"
    elif kind == "short":
        for text in body["answers"]:
            _text(SubElement(row, "answer", fraction="100"), text)
    elif kind == "matching":
        for pair in body["pairs"]:
            part = SubElement(row, "subquestion")
            SubElement(part, "text").text = pair["left"]
            _text(SubElement(part, "answer"), pair["right"])
    elif kind == "ordering":
        for step in body["steps"]:
            _text(SubElement(row, "answer", fraction="100"), step["text"])
    elif kind != "cloze":
        SubElement(row, "single").text = "false" if kind == "multiple" else "true"
        for choice in body["choices"]:
            share = round(float(Fraction(choice["fraction"])) * 100, 5)
            answer = SubElement(row, "answer", fraction=f"{share:g}")
            _text(answer, choice["text"])
            _text(SubElement(answer, "feedback"), choice.get("feedback") or "")


def _escaped(text: str) -> str:
    return re.sub(r"([~=#}\\])", r"\\\1", text)


def _with_gaps(body: dict[str, Any]) -> str:
    text: str = body["text"]
    for gap in body["gaps"]:
        options = "~".join(
            ("=" if option["is_right"] else "") + _escaped(option["text"])
            for option in gap["options"]
        )
        text = text.replace(f"{{{gap['key']}}}", f"{{1:MULTICHOICE:{options}}}")
    return text


def read_moodle(text: str) -> tuple[list[Plain], list[Loss]]:
    """Return the questions of a file and, by their number, what was not understood."""
    try:
        quiz = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError) as error:
        return [], [Loss(getattr(error, "position", (1, 0))[0], str(error)[:80])]
    questions, lost = [], []
    for number, row in enumerate(quiz.iter("question"), start=1):
        question = _read(row, number)
        if question is None:
            lost.append(Loss(number, f"{row.get('type')}: {_at(row, 'name')}"[:80]))
        else:
            questions.append(question)
    return questions, lost


def _at(row: Element, path: str) -> str:
    return (row.findtext(f"{path}/text") or "").strip()


def _read(row: Element, number: int) -> Plain | None:
    tags = [(tag.text or "").strip() for tag in row.iterfind("tags/tag/text")]
    note = next((tag for tag in tags if tag.startswith("portal:")), "portal::")
    _portal, kind, scoring = [*note.split(":"), "", ""][:3]
    known = {value: key for key, value in reversed(TYPES.items())}
    kind = kind if kind in TYPES else known.get(row.get("type") or "", "")
    if row.get("type") == "multichoice" and row.findtext("single") == "false":
        kind = "multiple"
    if not kind or TYPES[kind] != row.get("type"):
        return None
    content = _content(row, kind)
    if content is None:
        return None
    body = content | {"explanation": _at(row, "generalfeedback")}
    key = _at(row, "name") or f"question-{number}"
    kept = [tag for tag in tags if tag and not tag.startswith("portal:")]
    return Plain(key, kind, scoring or "all_or_nothing", body, kept)


def _content(row: Element, kind: str) -> dict[str, Any] | None:
    stem = _at(row, "questiontext")
    answers = row.findall("answer")
    if kind == "cloze":
        return _read_gaps(stem)
    if not stem or not (answers or row.findall("subquestion")):
        return None
    texts = [(answer.findtext("text") or "").strip() for answer in answers]
    if kind == "numeric":
        tolerance = answers[0].findtext("tolerance") or "0"
        return {"stem": stem, "value": texts[0], "tolerance": tolerance}
    if kind == "short":
        return {"stem": stem, "answers": texts}
    if kind == "ordering":
        steps = [{"key": f"s{n}", "text": text} for n, text in enumerate(texts)]
        return {"stem": stem, "steps": steps}
    if kind == "matching":
        parts = row.findall("subquestion")
        pairs = [
            {
                "key": f"p{n}",
                "left": (part.findtext("text") or "").strip(),
                "right": _at(part, "answer"),
            }
            for n, part in enumerate(parts)
        ]
        return {"stem": stem, "pairs": pairs}
    return {"stem": stem, "choices": [_choice(n, a) for n, a in enumerate(answers)]}


def _choice(n: int, answer: Element) -> dict[str, Any]:
    try:
        share = (Fraction(answer.get("fraction") or "0") / 100).limit_denominator(100)
    except ValueError:
        share = Fraction(0)
    return {
        "key": f"c{n}",
        "fraction": str(share),
        "pinned": False,
        "text": (answer.findtext("text") or "").strip(),
        "feedback": _at(answer, "feedback"),
    }


def _read_gaps(stem: str) -> dict[str, Any] | None:
    found = GAP.findall(stem)
    if not found:
        return None
    gaps = []
    for number, inner in enumerate(found, start=1):
        options = [
            {
                "key": f"o{n}",
                "text": re.sub(r"\\(.)", r"\1", text.removeprefix("=")),
                "is_right": text.startswith("="),
            }
            for n, text in enumerate(re.split(r"(?<!\\)~", inner))
        ]
        gaps.append({"key": str(number), "options": options})
    numbers = iter(range(1, len(found) + 1))
    return {"text": GAP.sub(lambda _m: f"{{{next(numbers)}}}", stem), "gaps": gaps}
