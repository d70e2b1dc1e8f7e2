"""Questions as GIFT, the text format of Moodle.

What GIFT cannot say – the kind of dilemma, scoring, an order – stands in a comment that
other programs pass over. Gaps in a text have no counterpart and are listed as lost.
"""

import re
from fractions import Fraction
from typing import Any

from courses.exchange.plain import Loss, Plain

SPECIAL = re.compile(r"([~=#{}:\\])")
NOTE = re.compile(r"// portal: kind=(\w+) scoring=(\w+) tags=([\w,-]*)")
PLACES = 5


def escape(text: str) -> str:
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def unescape(text: str) -> str:
    return re.sub(r"\\([~=#{}:\\])", r"\1", text).strip()


def write_gift(questions: list[Plain]) -> tuple[str, list[Loss]]:
    parts, lost = [], []
    for number, question in enumerate(questions, start=1):
        if question.kind == "cloze":
            lost.append(Loss(number, f"{question.key}: cloze"))
            continue
        note = (
            f"// portal: kind={question.kind} scoring={question.scoring}"
            f" tags={','.join(question.tags)}"
        )
        stem = escape(question.body["stem"])
        parts.append(
            f"{note}\n::{escape(question.key)}::{stem} {{\n{_answers(question)}\n}}"
        )
    return "\n\n".join(parts) + "\n", lost


def _answers(question: Plain) -> str:
    body, kind = question.body, question.kind
    if kind == "numeric":
        lines = [f"#{body['value']}:{body.get('tolerance') or 0}"]
    elif kind == "short":
        lines = [f"={escape(text)}" for text in body["answers"]]
    elif kind == "matching":
        lines = [f"={escape(p['left'])} -> {escape(p['right'])}" for p in body["pairs"]]
    elif kind == "ordering":
        lines = [f"={n} -> {escape(s['text'])}" for n, s in enumerate(body["steps"], 1)]
    else:
        lines = [_choice(choice, kind) for choice in body["choices"]]
    if body.get("explanation"):
        lines.append(f"####{escape(body['explanation'])}")
    return "\n".join(lines)


def _choice(choice: dict[str, Any], kind: str) -> str:
    share = Fraction(choice["fraction"])
    if kind != "multiple" and share in (0, 1):
        mark = "=" if share else "~"
    else:
        mark = f"~%{round(float(share) * 100, PLACES):.{PLACES}f}%"
    feedback = f"#{escape(choice['feedback'])}" if choice.get("feedback") else ""
    return f"{mark}{escape(choice['text'])}{feedback}"


QUESTION = re.compile(
    r"(?:::(?P<key>(?:\\.|[^:\\])*)::)?(?P<stem>(?:\\.|[^{}\\])*)\{(?P<answers>(?:\\.|[^{}\\])*)\}"
    r"(?P<rest>.*)",
    re.DOTALL,
)


def read_gift(text: str) -> tuple[list[Plain], list[Loss]]:
    """Return the questions of a file and, by line, all that was not understood."""
    questions: list[Plain] = []
    lost: list[Loss] = []
    line = 1
    for part in re.split(r"(\n[ \t]*\n+)", text.replace("\r\n", "\n")):
        if part.strip():
            _read_part(part, line, questions, lost)
        line += part.count("\n")
    return questions, lost


def _read_part(part: str, line: int, questions: list[Plain], lost: list[Loss]) -> None:
    rows = part.split("\n")
    notes = [m for row in rows if (m := NOTE.match(row.strip()))]
    plain = "\n".join(row for row in rows if not row.strip().startswith("//"))
    if not plain.strip():
        return
    match = QUESTION.fullmatch(plain.strip())
    if match is None or match["rest"].strip() or plain.strip().startswith("$"):
        lost.append(Loss(line, plain.strip()[:80]))
        return
    key = unescape(match["key"] or "") or f"line-{line}"
    note = notes[0].groups() if notes else ("", "", "")
    body = _read_answers(match["answers"].strip(), note[0])
    if body is None or not match["stem"].strip():
        lost.append(Loss(line, plain.strip()[:80]))
        return
    kind, content = body
    content = {"stem": unescape(match["stem"]), **content}
    tags = [tag for tag in note[2].split(",") if tag]
    questions.append(Plain(key, kind, note[1] or "all_or_nothing", content, tags))


def _read_answers(text: str, kind: str) -> tuple[str, dict[str, Any]] | None:
    explanation = ""
    if "####" in text:
        text, _, explanation = text.partition("####")
    more = {"explanation": unescape(explanation)}
    if text.strip().startswith("#"):
        value, _, tolerance = text.strip()[1:].partition(":")
        if not re.fullmatch(r"-?[\d.]+", value.strip()):
            return None
        numeric = {"value": value.strip(), "tolerance": tolerance.strip() or "0"}
        return "numeric", numeric | more
    if text.strip().upper() in ("T", "F", "TRUE", "FALSE"):
        is_true = text.strip().upper().startswith("T")
        rows = [("True", "1" if is_true else "0"), ("False", "0" if is_true else "1")]
        choices = [_made(n, word, share, "") for n, (word, share) in enumerate(rows)]
        return "true_false", {"choices": choices} | more
    answers = re.findall(r"([=~])((?:\\.|[^=~\\])*)", text)
    if not answers:
        return None
    return _read_list(answers, kind, more)


def _read_list(
    answers: list[tuple[str, str]], kind: str, more: dict[str, Any]
) -> tuple[str, dict[str, Any]] | None:
    pairs = [rest.partition("->") for _mark, rest in answers]
    if all(arrow for _left, arrow, _right in pairs):
        if kind == "ordering":
            steps = [
                {"key": f"s{n}", "text": unescape(right)}
                for n, (_left, _arrow, right) in enumerate(pairs)
            ]
            return "ordering", {"steps": steps} | more
        matched = [
            {"key": f"p{n}", "left": unescape(left), "right": unescape(right)}
            for n, (left, _arrow, right) in enumerate(pairs)
        ]
        return "matching", {"pairs": matched} | more
    if all(mark == "=" for mark, _rest in answers):
        return "short", {"answers": [unescape(rest) for _mark, rest in answers]} | more
    choices = [_read_choice(n, mark, rest) for n, (mark, rest) in enumerate(answers)]
    found = kind or ("single" if sum(m == "=" for m, _ in answers) == 1 else "multiple")
    return found, {"choices": choices} | more


def _read_choice(n: int, mark: str, rest: str) -> dict[str, Any]:
    share = Fraction(mark == "=")
    if weight := re.match(r"\s*%(-?[\d.]+)%", rest):
        share = (Fraction(weight[1]) / 100).limit_denominator(100)
        rest = rest[weight.end() :]
    text, feedback = rest, ""
    if hint := re.search(r"(?<!\\)#", rest):
        text, feedback = rest[: hint.start()], rest[hint.end() :]
    return _made(n, unescape(text), str(share), unescape(feedback))


def _made(n: int, text: str, share: str, feedback: str) -> dict[str, Any]:
    return {
        "key": f"c{n}",
        "fraction": share,
        "pinned": False,
        "text": text,
        "feedback": feedback,
    }
