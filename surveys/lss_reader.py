"""Read a questionnaire of LimeSurvey (.lss, XML) as the items of a draft."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _

from foundation.tables.mistakes import refuse
from surveys.foreign import Draft, Known, all_of, content_of, number

Row = dict[str, str]
KINDS = {
    **dict.fromkeys("L!OYG", "single"),
    "5": "scale",
    **dict.fromkeys("MP", "multiple"),
    "R": "ranking",
    **dict.fromkeys("FHABCE", "matrix"),
    "N": "number",
    "D": "date",
    **dict.fromkeys("STU", "text"),
    "X": "info",
}
YES = {"kk": "Иә", "ru": "Да", "en": "Yes"}
NO = {"kk": "Жоқ", "ru": "Нет", "en": "No"}
# Answers that LimeSurvey has itself, so that no file has their words.
OWN = {
    "Y": {"Y": YES, "N": NO},
    "G": {
        "F": {"kk": "Әйел", "ru": "Женщина", "en": "Female"},
        "M": {"kk": "Ер адам", "ru": "Мужчина", "en": "Male"},
    },
    "C": {
        "Y": YES,
        "U": {"kk": "Білмеймін", "ru": "Не знаю", "en": "Uncertain"},
        "N": NO,
    },
    "E": {
        "I": {"kk": "Өсті", "ru": "Увеличилось", "en": "Increased"},
        "S": {"kk": "Өзгерген жоқ", "ru": "Не изменилось", "en": "The same"},
        "D": {"kk": "Азайды", "ru": "Уменьшилось", "en": "Decreased"},
    },
    **{
        kind: {
            str(n): dict.fromkeys(("kk", "ru", "en"), str(n)) for n in range(1, most)
        }
        for kind, most in {"5": 6, "A": 6, "B": 11}.items()
    },
}
TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"\\]*"|'[^'\\]*')|(?P<number>-?\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z]\w*(?:\.NAOK)?)|(?P<sign>==|!=|>=|&&|\|\||[>!()]))""",
    re.VERBOSE,
)
PIPED = re.compile(r"\{([^{}\s][^{}]*)\}")
SIGN_WORDS = {"and", "or", "==", "!=", ">", ">=", "!", "(", ")"}
SIGNS = {"&&": "and", "||": "or", "eq": "==", "ne": "!=", "gt": ">", "ge": ">="}


def read_lss(file: IO[bytes]) -> Draft:
    """Read a file; what cannot be kept is named, what cannot be read is refused.

    Raises FileRefusedError.
    """
    content = content_of(file)
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise refuse(_("This is not a questionnaire of LimeSurvey")) from error
    if root.findtext("LimeSurveyDocType") != "Survey":
        raise refuse(_("This is not a questionnaire of LimeSurvey"))
    reader = _Reader(root)
    reader.read()
    return reader.draft


class _Reader:
    def __init__(self, root: Element) -> None:
        self.draft = Draft()
        self.known: dict[str, tuple[Known, str]] = {}
        self.root = root
        self.language = root.findtext("languages/language") or ""
        parents = [*self._rows("questions"), *self._rows("subquestions")]
        self.words = self._by_language(
            [*parents, *self._rows("question_l10ns")], "qid", "question"
        )
        self.hints = self._by_language(
            [*parents, *self._rows("question_l10ns")], "qid", "help"
        )
        self.questions: dict[str, Row] = {}
        self.parts: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in parents:
            parent, own = row.get("parent_qid", ""), row.get("qid", "")
            if parent in {"", "0"}:
                self.questions.setdefault(own, row)
            elif row.get("scale_id", "0") == "0":
                self.parts[parent].setdefault(own, row)
        self.answers = self._answers()
        self.attributes: dict[str, Row] = defaultdict(dict)
        for row in self._rows("question_attributes"):
            attributes = self.attributes[row.get("qid", "")]
            attributes[row.get("attribute", "")] = row.get("value", "")
        self.conditions = {row.get("qid") for row in self._rows("conditions")}
        self.filled_in = {row.get("qid") for row in self._rows("defaultvalues")}
        if self._rows("quota"):
            self.draft.lost("", _("quotas"))

    def _rows(self, section: str) -> list[Row]:
        return [
            {cell.tag: (cell.text or "").strip() for cell in row}
            for row in self.root.iterfind(f"{section}/rows/row")
        ]

    def _by_language(
        self, rows: list[Row], key: str, column: str
    ) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows:
            if row.get(column):
                own = found[row.get(key, "")]
                own.setdefault(row.get("language") or self.language, row[column])
        return found

    def _answers(self) -> dict[str, dict[str, dict[str, str]]]:
        """Return words by language, by code, by question, in the order shown."""
        words = self._by_language(self._rows("answer_l10ns"), "aid", "answer")
        found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        for row in sorted(self._rows("answers"), key=_place("sortorder")):
            if row.get("scale_id", "0") != "0":
                continue
            own = found[row.get("qid", "")].setdefault(row.get("code", ""), {})
            own.update(words.get(row.get("aid", ""), {}))
            if row.get("answer"):
                own.setdefault(row.get("language") or self.language, row["answer"])
        return found

    def read(self) -> None:
        groups = {row.get("gid", ""): row for row in self._rows("groups")}
        places = {gid: _place("group_order")(row) for gid, row in groups.items()}
        order = sorted(
            self.questions.values(),
            key=lambda row: (
                places.get(row.get("gid", ""), 0),
                _place("question_order")(row),
            ),
        )
        for row in order:
            group = groups.get(row.get("gid", ""), {})
            self._question(row, group.get("grelevance", ""))

    def _question(self, row: Row, relevance: str) -> None:
        told, kind = row.get("title", ""), KINDS.get(row.get("type", ""))
        qid = row.get("qid", "")
        attributes = self.attributes[qid]
        if kind is None or attributes.get("hidden") == "1":
            text = _("the whole item, of the type “%(type)s”")
            if kind is not None:
                text = _("the whole item, which is hidden")
            self.draft.lost(told, text % {"type": row.get("type", "")})
            return
        code = self.draft.name(told)
        conditions = [
            self._condition(code, text)
            for text in (relevance, row.get("relevance", ""))
        ]
        item: dict[str, Any] = {
            "code": code,
            "kind": kind,
            "text": self._words(code, self.words[qid], code),
            "hint": self._words(code, self.hints[qid]),
            "required": row.get("mandatory") == "Y" and kind != "info",
            "random": attributes.get("random_order") == "1",
            "base": all_of(conditions),
        }
        codes, rows = self._choices(item, row)
        item["limits"] = _limits(kind, attributes)
        self._losses(code, row, item["base"])
        self.draft.items.append(item)
        known = Known(code, kind, codes)
        self.known[told] = (known, "")
        for part, name in rows.items():
            self.known[f"{told}_{part}"] = (known, name)

    def _words(
        self, code: str, texts: Mapping[str, str], instead: str = ""
    ) -> dict[str, str]:
        def own(told: str) -> str | None:
            known, part = self.known.get(told.partition(".")[0], (None, ""))
            # A number is shown as it is; of other answers the code, if not told.
            is_same = known and (told.endswith(".shown") or known.kind == "number")
            if known is None or part or not is_same or known.kind == "text":
                return None
            return known.code

        words = self.draft.words(code, texts, self.language, instead)
        return self.draft.repeated(code, words, PIPED, own)

    def _choices(
        self, item: dict[str, Any], row: Row
    ) -> tuple[dict[str, int], dict[str, str]]:
        """Add answers and rows; return the codes, and what parts are called here."""
        code, kind, qid = item["code"], item["kind"], row.get("qid", "")
        listed = sorted(self.parts[qid].values(), key=_place("question_order"))
        parts = {
            part.get("title", ""): self.words[part.get("qid", "")] for part in listed
        }
        if kind == "multiple":
            offered: Mapping[str, Mapping[str, str]] = parts
        elif kind in {"single", "scale", "ranking", "matrix"}:
            offered = OWN.get(row.get("type", "")) or self.answers[qid]
        else:
            return {}, {}
        codes = self.draft.codes(code, {told: told for told in offered})
        alone = self.attributes[qid].get("exclude_all_others", "").split(";")
        item["choices"] = [
            {
                "code": codes[told],
                "label": self._words(code, words, told)
                if row.get("type") not in OWN
                else words,
                "exclusive": kind == "multiple" and told in alone,
            }
            for told, words in offered.items()
        ]
        if kind != "matrix":
            return codes, {told: str(codes[told]) for told in parts if told in codes}
        numbers = self.draft.codes(code, {told: told for told in parts})
        item["rows"] = [
            {
                "code": numbers[told],
                "label": self._words(code, words, told),
            }
            for told, words in parts.items()
        ]
        return codes, {told: f"{code}.{numbers[told]}" for told in parts}

    def _losses(self, code: str, row: Row, base: list[Any] | None) -> None:
        qid = row.get("qid", "")
        attributes = self.attributes[qid]
        filters = ("array_filter", "array_filter_exclude")
        parts = self.parts[qid].values()
        self.draft.lost_where(
            code,
            {
                _("the answer “other”"): row.get("other") == "Y",
                _("the words written beside an answer"): row.get("type", "") in "OP",
                _("that it asks once more for an answer"): row.get("mandatory") == "S",
                _("what is filled in beforehand"): qid in self.filled_in,
                _("the condition of an answer"): any(attributes.get(f) for f in filters)
                or any(part.get("relevance", "") not in {"", "1"} for part in parts),
                _("its conditions: it is asked of everybody"): base is None
                and qid in self.conditions
                and row.get("relevance", "") in {"", "1"},
            },
        )
        for name in ("em_validation_q", "em_validation_sq", "min_answers", "preg"):
            told = attributes.get(name) or row.get(name, "")
            if told:
                self.draft.lost(code, _("the check %(text)s") % {"text": told})

    def _condition(self, code: str, text: str) -> list[Any] | None:
        if text.strip() in {"", "1"}:
            return None
        try:
            return _Relevance(text, self._compared).read()
        except (_UnknownError, RecursionError):
            lost = _("the condition %(text)s: it is asked of everybody")
            self.draft.lost(code, lost % {"text": text})
            return None

    def _compared(self, name: str, sign: str, value: str) -> list[Any]:
        """Return a comparison; raise where it is not exactly the same here.

        Empty answers are unequal to every value there, and greater than none.
        """
        if name not in self.known:
            raise _UnknownError
        known, part = self.known[name]
        if known.kind == "multiple" and part:
            if (sign, value) not in {("==", "Y"), ("!=", "Y")}:
                raise _UnknownError
            found: list[Any] = ["has", known.code, int(part)]
        elif known.kind in {"single", "scale"} or (known.kind == "matrix" and part):
            if value not in known.codes or sign not in {"==", "!="}:
                raise _UnknownError
            found = ["=", part or known.code, known.codes[value]]
        elif known.kind == "number" and (told := number(value)) is not None:
            found = ["=" if sign in {"==", "!="} else sign, known.code, told]
        else:
            raise _UnknownError
        return ["not", found] if sign == "!=" else found


def _place(column: str) -> Callable[[Row], float]:
    return lambda row: number(row.get(column, "")) or 0


def _limits(kind: str, attributes: Row) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if kind == "number":
        found = {
            "min": number(attributes.get("min_num_value_n", "")),
            "max": number(attributes.get("max_num_value_n", "")),
        }
        limits = {key: value for key, value in found.items() if value is not None}
        if attributes.get("num_value_int_only") != "1":
            limits["decimals"] = 4
    elif kind == "multiple":
        most = number(attributes.get("max_answers", ""))
        limits = {"most": most} if isinstance(most, int) and most > 0 else {}
    return limits


class _UnknownError(Exception):
    """A part of a condition has no equal here."""


class _Relevance:
    """A condition in LimeSurvey's own language, read from left to right."""

    def __init__(
        self, text: str, compared: Callable[[str, str, str], list[Any]]
    ) -> None:
        self.tokens = list(_tokens(text))
        self.compared = compared

    def read(self) -> list[Any]:
        found = self._either()
        if self.tokens:
            raise _UnknownError
        return found

    def _take(self, kind: str, *words: str) -> str | None:
        """Take the next token if it is of this kind and one of these words."""
        if not self.tokens or self.tokens[0][0] != kind:
            return None
        if words and self.tokens[0][1] not in words:
            return None
        return self.tokens.pop(0)[1]

    def _need(self, kind: str, *words: str) -> str:
        found = self._take(kind, *words)
        if found is None:
            raise _UnknownError
        return found

    def _either(self) -> list[Any]:
        parts = [self._both()]
        while self._take("sign", "or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else ["or", *parts]

    def _both(self) -> list[Any]:
        parts = [self._one()]
        while self._take("sign", "and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else ["and", *parts]

    def _one(self) -> list[Any]:
        if self._take("sign", "!"):
            return ["not", self._one()]
        if self._take("sign", "("):
            found = self._either()
            self._need("sign", ")")
            return found
        name = self._need("name").removesuffix(".NAOK")
        sign = self._need("sign", "==", "!=", ">", ">=")
        value = self._take("text")
        return self.compared(
            name, sign, self._need("number") if value is None else value
        )


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    text, place = text.strip(), 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _UnknownError
        kind, word = match.lastgroup, match[match.lastgroup]
        place = match.end()
        if kind == "text":
            yield kind, word[1:-1]
        elif (sign := SIGNS.get(word.lower(), word.lower())) in SIGN_WORDS:
            yield "sign", sign
        else:
            yield kind, word
