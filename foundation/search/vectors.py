"""Text search vectors and queries in three languages.

Russian and English are stemmed by PostgreSQL; Kazakh, for which it has nothing, by
`kazakh.stems`: all candidates of a word stand at the word's position.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from foundation.search.kazakh import query_stems, stems, words
from foundation.search.russian import YO, evened

LAST_POSITION = 16_383
LONGEST_LEXEME = 200
# Positions of one lexeme beyond this number are dropped by PostgreSQL as well.
POSITIONS_OF_A_LEXEME = 255
CONFIGURATIONS = {"ru": "russian", "en": "english"}
PHRASES = re.compile(r'(-?)"([^"]*)"|(-?)(\S+)')


def kazakh_vector(title: str, body: str) -> str:
    """Return the text of a tsvector: weight A for the title, B for the body."""
    places: dict[str, list[str]] = {}
    position = 0
    for text, weight in ((title, "A"), (body, "B")):
        for word in words(text):
            position = min(position + 1, LAST_POSITION)
            for stem in stems(word):
                entry = places.setdefault(stem[:LONGEST_LEXEME], [])
                if len(entry) < POSITIONS_OF_A_LEXEME:
                    entry.append(f"{position}{weight}")
    return " ".join(f"'{stem}':{','.join(entry)}" for stem, entry in places.items())


def kazakh_query(text: str) -> str:
    """Return the text of a tsquery; quoted words stand together, `-word` is excluded."""
    parts = [
        f"{'!' if excluded else ''}({' <-> '.join(map(_any_stem, phrase))})"
        for excluded, phrase in _phrases(text)
        if phrase
    ]
    return " & ".join(parts)


def _phrases(text: str) -> Iterator[tuple[bool, list[str]]]:
    for match in PHRASES.finditer(text):
        not_quoted, quoted, not_plain, plain = match.groups()
        if plain is None:
            yield bool(not_quoted), words(quoted)
        else:
            # “сыбайлас-жемқорлық” is two words that need not stand together.
            for word in words(plain):
                yield bool(not_plain), [word]


def _any_stem(word: str) -> str:
    found = sorted(stem[:LONGEST_LEXEME] for stem in query_stems(word))
    return "(" + " | ".join(f"'{stem}'" for stem in found) + ")"


@dataclass(frozen=True)
class Queries:
    """One question in the words of each language."""

    kazakh: str
    # For the stemmers of Russian and English; as it was typed, for what is shown.
    plain: str
    typed: str

    @classmethod
    def of(cls, text: str) -> "Queries":
        # Quotation marks of every language do the same.
        text = re.sub("[«»“”„]", '"', text)
        return cls(kazakh_query(text), evened(text), text.translate(YO))
