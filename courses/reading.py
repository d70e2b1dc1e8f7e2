"""Read the shipped courses: one plain file for each module and language.

The files of the three languages have the same shape line by line, so that a text can
be compared with its translation; a difference in shape is an error.

    # Module title              ## Lesson title
    == text Title               what follows is HTML
    == checklist Title          the same
    == scenario Title           `@ key` begins a step; `- key next: choice :: what follows`
    == quiz Title               a practice test of the module's questions

Questions: `# id kind`, the question, then its answers, then `! explanation`.
`+ right :: feedback`, `- wrong`, `+!` and `-!` keep their place; `=0.5 dilemma :: what
follows`; `= short | answer`; `~ number tolerance`; `left => right`; `1. step`;
`1) right | wrong` for a gap `{1}`.
"""

import re
from fractions import Fraction
from typing import Any

LANGUAGES = ("kk", "ru", "en")
Texts = dict[str, str]
SCENARIO_CHOICE = re.compile(r"- (\S+) (\S+): (.+?) :: (.+)")


class ShapeError(ValueError):
    """The languages of a shipped course differ in more than words."""


def merge(values: dict[str, Any], where: str = "") -> Any:
    """Make one value of three: texts become {kk, ru, en}, all else must be equal."""
    first = values["kk"]
    if isinstance(first, Words):
        return {code: str(text) for code, text in values.items()}
    if isinstance(first, dict):
        if any(list(value) != list(first) for value in values.values()):
            raise ShapeError(where)
        return {
            key: merge({c: v[key] for c, v in values.items()}, f"{where}/{key}")
            for key in first
        }
    if isinstance(first, list):
        if any(len(value) != len(first) for value in values.values()):
            raise ShapeError(where)
        return [
            merge({c: v[n] for c, v in values.items()}, f"{where}/{n}")
            for n in range(len(first))
        ]
    if any(value != first for value in values.values()):
        raise ShapeError(where)
    return first


class Words(str):
    """A text that is written in each language."""

    __slots__ = ()


def read_module(text: str) -> dict[str, Any]:
    title, _, rest = text.strip().partition("\n")
    lessons = re.split(r"^## ", rest, flags=re.MULTILINE)[1:]
    return {
        "title": Words(title.removeprefix("# ")),
        "lessons": [_lesson(t) for t in lessons],
    }


def _lesson(text: str) -> dict[str, Any]:
    title, _, rest = text.strip().partition("\n")
    blocks = re.split(r"^== ", rest, flags=re.MULTILINE)[1:]
    return {"title": Words(title.strip()), "blocks": [_block(part) for part in blocks]}


def _block(text: str) -> dict[str, Any]:
    head, _, body = text.strip().partition("\n")
    kind, _, title = head.partition(" ")
    block: dict[str, Any] = {"kind": kind, "title": Words(title.strip())}
    if kind == "scenario":
        return block | {"html": Words(""), "data": _scenario(body)}
    return block | {"html": Words(body.strip()), "data": {}}


def _scenario(text: str) -> dict[str, Any]:
    steps: dict[str, Any] = {}
    for part in re.split(r"^@ ", text, flags=re.MULTILINE)[1:]:
        key, _, rest = part.partition("\n")
        lines = [line for line in rest.strip().splitlines() if line]
        choices = [m for line in lines if (m := SCENARIO_CHOICE.fullmatch(line))]
        told = " ".join(line for line in lines if not line.startswith("- "))
        steps[key.strip()] = {
            "text": Words(told),
            "choices": [
                {
                    "key": m[1],
                    "next": "" if m[2] == "end" else m[2],
                    "text": Words(m[3]),
                    "consequence": Words(m[4]),
                }
                for m in choices
            ],
        }
    return {"start": next(iter(steps)), "steps": steps}


def read_questions(text: str) -> dict[str, dict[str, Any]]:
    questions = {}
    for part in re.split(r"^# ", text, flags=re.MULTILINE)[1:]:
        head, *lines = [
            line.strip() for line in part.strip().splitlines() if line.strip()
        ]
        key, kind = head.split()
        questions[key] = {"kind": kind, "body": _question(kind, lines)}
    return questions


def _question(kind: str, lines: list[str]) -> dict[str, Any]:
    explanation = Words("")
    if lines[-1].startswith("! "):
        explanation = Words(lines.pop()[2:])
    body: dict[str, Any] = {"stem": Words(lines[0])}
    answers = lines[1:]
    if kind in ("single", "multiple", "true_false"):
        body["choices"] = _choices(answers, several=kind == "multiple")
    elif kind == "dilemma":
        body["choices"] = [_choice(n, line) for n, line in enumerate(answers)]
    elif kind == "short":
        body["answers"] = [Words(answers[0].removeprefix("= "))]
    elif kind == "numeric":
        _sign, value, tolerance = answers[0].split()
        body |= {"value": value, "tolerance": tolerance}
    elif kind == "matching":
        body["pairs"] = [_pair(n, line) for n, line in enumerate(answers)]
    elif kind == "ordering":
        body["steps"] = [
            {"key": f"s{n}", "text": Words(line.split(". ", 1)[1])}
            for n, line in enumerate(answers)
        ]
    else:
        body = {"text": body["stem"], "gaps": [_gap(line) for line in answers]}
    return body | {"explanation": explanation}


def _choices(lines: list[str], *, several: bool) -> list[dict[str, Any]]:
    right = sum(line.startswith("+") for line in lines)
    wrong = len(lines) - right
    rows = []
    for n, line in enumerate(lines):
        share = Fraction(1, right) if line.startswith("+") else Fraction(-1, wrong)
        if not several:
            share = Fraction(line.startswith("+"))
        mark, _, rest = line.partition(" ")
        text, _, feedback = rest.partition(" :: ")
        rows.append(
            {
                "key": f"c{n}",
                "fraction": str(share),
                "pinned": mark.endswith("!"),
                "text": Words(text),
                "feedback": Words(feedback),
            }
        )
    return rows


def _choice(n: int, line: str) -> dict[str, Any]:
    share, _, rest = line.removeprefix("=").partition(" ")
    text, _, feedback = rest.partition(" :: ")
    return {
        "key": f"c{n}",
        "fraction": str(Fraction(share)),
        "pinned": False,
        "text": Words(text),
        "feedback": Words(feedback),
    }


def _pair(n: int, line: str) -> dict[str, Any]:
    left, right = line.split(" => ")
    return {"key": f"p{n}", "left": Words(left), "right": Words(right)}


def _gap(line: str) -> dict[str, Any]:
    key, _, rest = line.partition(") ")
    right, *wrong = [text.strip() for text in rest.split(" | ")]
    # The right one is written first; it must not be shown first each time.
    place = sum(map(ord, key)) % (len(wrong) + 1)
    texts = [*wrong[:place], right, *wrong[place:]]
    options = [
        {"key": f"o{n}", "text": Words(text), "is_right": n == place}
        for n, text in enumerate(texts)
    ]
    return {"key": key, "options": options}
