"""Read a questionnaire of Qualtrics (.qsf, JSON) as the items of a draft."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _

from foundation.tables.mistakes import refuse
from surveys.foreign import Draft, Known, all_of, content_of, number, plain

# By type and selector. A matrix and a text have more to look at.
KINDS = {
    **dict.fromkeys((("MC", s) for s in ("SAVR", "SAHR", "SACOL", "DL", "SB")), "single"),
    **dict.fromkeys((("MC", s) for s in ("MAVR", "MAHR", "MACOL", "MSB")), "multiple"),
    ("MC", "NPS"): "single",
    ("Matrix", "Likert"): "matrix",
    **dict.fromkeys((("RO", s) for s in ("DND", "TB", "RB", "SB")), "ranking"),
    **dict.fromkeys((("TE", s) for s in ("SL", "ML", "ESTB")), "text"),
    ("DB", "TB"): "info",
}  # fmt: skip
# A row of a matrix takes one answer here.
ONE_ANSWER = {"SingleAnswer", "DL", "DropDown"}
CONTENTS = {"ValidNumber": "number", "ValidDate": "date"}
CHOSEN = re.compile(r"^q://(QID\w+)/SelectableChoice/(\w+)$")
ENTERED = re.compile(r"^q://(QID\w+)/ChoiceTextEntryValue$")
PIPED = re.compile(r"\$\{([^}]*)\}")
PIPED_ANSWER = re.compile(r"^q://(QID\w+)/ChoiceGroup/SelectedChoices$")
# What is said of an answer that was not given differs for the others.
COMPARED = {"EqualTo": "=", "GreaterThan": ">", "GreaterThanOrEqual": ">="}


def read_qsf(file: IO[bytes]) -> Draft:
    """Read a file; what cannot be kept is named, what cannot be read is refused.

    Raises FileRefusedError.
    """
    try:
        body = json.loads(content_of(file))
        elements = body["SurveyElements"]
        reader = _Reader(_table(body.get("SurveyEntry")), _list(elements))
        reader.read()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refuse(_("This is not a questionnaire of Qualtrics")) from error
    return reader.draft


def _table(value: Any) -> dict[str, Any]:
    """Return a table; an empty one is written as a list, one by place as well."""
    if isinstance(value, list):
        return {str(place): one for place, one in enumerate(value)}
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in _table(value).values() if isinstance(one, dict)]


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


class _Reader:
    def __init__(
        self, entry: Mapping[str, Any], elements: list[dict[str, Any]]
    ) -> None:
        self.draft = Draft()
        self.known: dict[str, Known] = {}
        self.met: set[str] = set()
        self.language = _text(entry.get("SurveyLanguage"))
        self.questions: dict[str, dict[str, Any]] = {}
        self.blocks: dict[str, dict[str, Any]] = {}
        self.flow: list[dict[str, Any]] = []
        for element in elements:
            payload, kind = element.get("Payload"), element.get("Element")
            if kind == "SQ" and isinstance(payload, dict):
                self.questions[_text(element.get("PrimaryAttribute"))] = payload
            elif kind == "BL":
                self.blocks |= {_text(b.get("ID")): b for b in _list(payload)}
            elif kind == "FL":
                self.flow = _list(_table(payload).get("Flow"))
            elif kind == "QO":
                self.draft.lost("", _("quotas"))

    def read(self) -> None:
        if self.flow:
            self._walk(self.flow, None)
        elif self.blocks:
            for block in self.blocks.values():
                self._block(block, None)
        else:
            for qid in self.questions:
                self._question(qid, None)
        for qid, payload in self.questions.items():
            if qid not in self.met:
                told = _text(payload.get("DataExportTag")) or qid
                self.draft.lost(told, _("the whole item, which is asked nowhere"))

    def _walk(self, flow: list[dict[str, Any]], base: list[Any] | None) -> None:
        for step in flow:
            kind, inner = _text(step.get("Type")), base
            name = _text(step.get("FlowID"))
            if kind in {"Block", "Standard"}:
                self._block(self.blocks.get(_text(step.get("ID")), {}), base)
                continue
            if kind == "Branch":
                logic = self._condition(name, step.get("BranchLogic"))
                inner = all_of([base, logic])
            elif kind not in {"Group", "Root"}:
                text = _("the step “%(type)s” of the order of questions")
                self.draft.lost(name, text % {"type": kind})
            self._walk(_list(step.get("Flow")), inner)

    def _block(self, block: Mapping[str, Any], base: list[Any] | None) -> None:
        name, options = _text(block.get("Description")), _table(block.get("Options"))
        elements = [
            _text(element.get("QuestionID"))
            for element in _list(block.get("BlockElements"))
            if element.get("Type") == "Question"
        ]
        if block.get("Type") == "Trash":
            return
        self.draft.lost_where(
            name,
            {
                _("that it is asked again and again"): options.get("Looping")
                not in (None, "None"),
                _("the random order of questions"): options.get("RandomizeQuestions")
                not in (None, "false", False),
            },
        )
        for qid in elements:
            if qid in self.questions:
                self._question(qid, base)

    def _question(self, qid: str, base: list[Any] | None) -> None:
        payload = self.questions[qid]
        self.met.add(qid)
        told = _text(payload.get("DataExportTag")) or qid
        validation = _table(_table(payload.get("Validation")).get("Settings"))
        kind = self._kind(payload, validation)
        if kind is None:
            parts = ("QuestionType", "Selector", "SubSelector")
            words = " ".join(filter(None, (_text(payload.get(p)) for p in parts)))
            text = _("the whole item, of the type “%(type)s”")
            self.draft.lost(told, text % {"type": words})
            return
        code = self.draft.name(told)
        force = _text(validation.get("ForceResponse"))
        item: dict[str, Any] = {
            "code": code,
            "kind": kind,
            "text": self._words(code, payload),
            "required": force == "ON" and kind != "info",
            "base": all_of([base, self._condition(code, payload.get("DisplayLogic"))]),
        }
        self._losses(code, payload, force)
        codes = self._choices(item, payload)
        self._limits(item, validation)
        self.draft.items.append(item)
        self.known[qid] = Known(code, kind, codes)

    def _kind(
        self, payload: Mapping[str, Any], validation: Mapping[str, Any]
    ) -> str | None:
        kind = KINDS.get(
            (_text(payload.get("QuestionType")), _text(payload.get("Selector")))
        )
        if kind == "matrix" and _text(payload.get("SubSelector")) not in ONE_ANSWER:
            return None
        if kind == "text":
            return CONTENTS.get(_text(validation.get("ContentType")), kind)
        return kind

    def _words(self, item: str, payload: Mapping[str, Any]) -> dict[str, str]:
        texts = {self.language: _text(payload.get("QuestionText"))}
        for code, own in _table(payload.get("Language")).items():
            texts.setdefault(code, _text(_table(own).get("QuestionText")))
        return self._piped(item, self.draft.words(item, texts, self.language, item))

    def _options(
        self, item: str, payload: Mapping[str, Any], key: str, order: str
    ) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
        """Return (as written, its words) by key, in the order shown."""
        told = _table(payload.get(key))
        listed = [_text(k) for k in _table(payload.get(order)).values()]
        keys = [k for k in dict.fromkeys([*listed, *told]) if k in told]
        found = {}
        for name in keys:
            texts = {self.language: _text(_table(told[name]).get("Display"))}
            for code, own in _table(payload.get("Language")).items():
                other = _table(_table(_table(own).get(key)).get(name))
                texts.setdefault(code, _text(other.get("Display")))
            words = self.draft.words(item, texts, self.language, name)
            found[name] = (_table(told[name]), self._piped(item, words))
        return found

    def _choices(
        self, item: dict[str, Any], payload: Mapping[str, Any]
    ) -> dict[str, int]:
        code, kind = item["code"], item["kind"]
        if kind not in {"single", "multiple", "ranking", "matrix"}:
            return {}
        is_matrix = kind == "matrix"
        rows = self._options(code, payload, "Choices", "ChoiceOrder")
        answers = self._options(code, payload, "Answers", "AnswerOrder")
        offered = answers if is_matrix else rows
        recoded = _table(payload.get("RecodeValues"))
        codes = self.draft.codes(
            code, {key: _text(recoded.get(key)) or key for key in offered}
        )
        item["choices"] = [
            {
                "code": codes[key],
                "label": words,
                "exclusive": told.get("ExclusiveAnswer") is True and kind == "multiple",
            }
            for key, (told, words) in offered.items()
        ]
        if is_matrix:
            numbers = self.draft.codes(code, {key: key for key in rows})
            item["rows"] = [
                {"code": numbers[key], "label": words}
                for key, (_told, words) in rows.items()
            ]
        every = [told for told, _words in (*rows.values(), *answers.values())]
        self.draft.lost_where(
            code,
            {
                _("the words written beside an answer"): any(
                    o.get("TextEntry") in ("true", True, "on") for o in every
                ),
                _("the condition of an answer"): any(o.get("DisplayLogic") for o in every),
            },
        )  # fmt: skip
        order = _text(_table(payload.get("Randomization")).get("Type"))
        item["random"] = order == "All"
        is_other = order not in {"", "None", "All"}
        self.draft.lost_where(code, {_("the random order of some answers"): is_other})
        return codes

    def _losses(self, code: str, payload: Mapping[str, Any], force: str) -> None:
        self.draft.lost_where(
            code,
            {
                _("its script"): payload.get("QuestionJS"),
                _("what is skipped after it"): payload.get("SkipLogic"),
                _("the answers carried over from another question"): payload.get(
                    "DynamicChoices"
                ),
                _("what is filled in beforehand"): payload.get("DefaultChoices"),
                _("that it asks once more for an answer"): force == "RequestResponse",
            },
        )

    def _limits(self, item: dict[str, Any], validation: Mapping[str, Any]) -> None:
        kind = _text(validation.get("Type"))
        content = _text(validation.get("ContentType"))
        limits: dict[str, Any] = {}
        if item["kind"] == "number":
            own = _table(validation.get("ValidNumber"))
            decimals = number(_text(own.get("NumDecimals")))
            found = {
                "min": number(_text(own.get("Min"))),
                "max": number(_text(own.get("Max"))),
                "decimals": decimals if isinstance(decimals, int) else 4,
            }
            limits = {key: value for key, value in found.items() if value is not None}
        elif item["kind"] == "multiple" and kind in {"MaxChoices", "ChoiceRange"}:
            most = number(_text(validation.get("MaxChoices")))
            limits = {"most": most} if isinstance(most, int) else {}
        item["limits"] = limits
        is_kept = kind in {"", "None"}
        is_kept |= kind == "ContentType" and content in CONTENTS
        is_kept |= kind == "MaxChoices" and bool(limits)
        if not is_kept:
            text = _("the check %(text)s")
            self.draft.lost(item["code"], text % {"text": f"{kind} {content}".strip()})

    def _piped(self, code: str, texts: Mapping[str, str]) -> dict[str, str]:
        """Put the name of a variable where an earlier answer is repeated."""

        def own(told: str) -> str | None:
            found = PIPED_ANSWER.match(told)
            earlier = self.known.get(found[1]) if found else None
            return earlier.code if earlier and earlier.kind != "text" else None

        return self.draft.repeated(code, texts, PIPED, own)

    def _condition(self, name: str, logic: Any) -> list[Any] | None:
        if not logic:
            return None
        found = self._expression(_table(logic))
        if found is None:
            words = " ".join(plain(text) for text in _descriptions(logic))
            text = _("the condition %(text)s: it is asked of everybody")
            self.draft.lost(name, text % {"text": words})
        return found

    def _expression(self, logic: Mapping[str, Any]) -> list[Any] | None:
        """Read a condition; None where a part of it is not known here."""
        groups = _numbered(logic)
        if len(groups) != 1 or _text(groups[0].get("Type")) not in {"", "If"}:
            return None
        parts = _numbered(groups[0])
        joins = {
            _text(part.get("Conjuction") or part.get("Conjunction")).lower()
            for part in parts[1:]
        }
        found = [self._comparison(part) for part in parts]
        if not found or None in found or len(joins) > 1 or joins - {"and", "or"}:
            return None
        kept = [part for part in found if part is not None]
        return kept[0] if len(kept) == 1 else [*joins, *kept]

    def _comparison(self, part: Mapping[str, Any]) -> list[Any] | None:
        left, operator = _text(part.get("LeftOperand")), _text(part.get("Operator"))
        if part.get("LogicType") != "Question":
            return None
        if match := CHOSEN.match(left):
            known = self.known.get(match[1])
            code = known.codes.get(match[2]) if known else None
            if (
                known is None
                or code is None
                or known.kind not in {"single", "multiple"}
            ):
                return None
            chosen: list[Any] = [
                "has" if known.kind == "multiple" else "=",
                known.code,
                code,
            ]
            return {"Selected": chosen, "NotSelected": ["not", chosen]}.get(operator)
        if match := ENTERED.match(left):
            known = self.known.get(match[1])
            value = number(_text(part.get("RightOperand")))
            if known and known.kind == "number" and value is not None:
                sign = COMPARED.get(operator)
                return [sign, known.code, value] if sign else None
        return None


def _numbered(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what stands under numbers; beside them are words about the whole."""
    kept = [key for key, v in table.items() if key.isdecimal() and isinstance(v, dict)]
    return [table[key] for key in sorted(kept, key=int)]


def _descriptions(logic: Any) -> Iterator[str]:
    for group in _list(logic):
        for part in _list(group):
            yield _text(part.get("Description")) or _text(part.get("LeftOperand"))
