"""Mark what was found. PostgreSQL does it for its own stems, this module for ours."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from foundation.search.kazakh import WORD, stems, words

# Characters that no text has, so that nothing in it can pass for a mark.
START, END = "\ue000", "\ue001"
MARKS = re.compile(f"[{START}{END}]")
WORDS_AROUND = 12
FRAGMENTS = 3


def marked(text: str) -> SafeString:
    """Return HTML: the text escaped, its marks as `<mark>`."""
    html = escape(text).replace(START, "<mark>").replace(END, "</mark>")
    return mark_safe(html)  # noqa: S308  # escaped above; the marks are ours


def kazakh_marks(text: str, question: str) -> str:
    """Mark every word that shares a stem with a word of the question."""
    wanted = _wanted(question)

    def mark(match: re.Match[str]) -> str:
        word = match.group()
        return f"{START}{word}{END}" if not wanted.isdisjoint(stems(word)) else word

    return WORD.sub(mark, MARKS.sub("", text))


def kazakh_fragment(text: str, question: str) -> str:
    """Return at most three pieces of the text around what was found."""
    wanted = _wanted(question)
    found = list(WORD.finditer(MARKS.sub("", text)))
    pieces: list[tuple[int, int]] = []
    for place, match in enumerate(found):
        if wanted.isdisjoint(stems(match.group())):
            continue
        first = max(0, place - WORDS_AROUND)
        last = min(len(found) - 1, place + WORDS_AROUND)
        if pieces and first <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], last)
        elif len(pieces) < FRAGMENTS:
            pieces.append((first, last))
    if not pieces:
        pieces = [(0, min(len(found), 2 * WORDS_AROUND) - 1)] if found else []
    plain = MARKS.sub("", text)
    return " … ".join(
        kazakh_marks(plain[found[first].start() : found[last].end()], question)
        for first, last in pieces
    )


def _wanted(question: str) -> set[str]:
    return {stem for word in words(question) for stem in stems(word)}
