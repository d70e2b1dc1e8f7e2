"""Read an XLSForm as the items of a draft, with a list of what was lost."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

import openpyxl
from django.utils.translation import gettext as _

from foundation.languages import languages
from foundation.tables.mistakes import refuse
from foundation.tables.workbook import UNREADABLE, check_package, damaged
from surveys.definition import NAME
from surveys.foreign import all_of
from surveys.xlsform import Loss

MOST_ROWS = 5_000
SHEETS = {"survey", "choices", "settings"}
CODE = re.compile(r"\((\w\w)\)\s*$")
LISTS = {"select_one": "single", "select_multiple": "multiple", "rank": "ranking"}
KINDS = {
    **dict.fromkeys(("integer", "int", "decimal", "range"), "number"),
    **dict.fromkeys(("date", "text"), None),
    "note": "info",
}
KNOWN = {"type", "name", "required", "relevant", "constraint", "appearance"}
KNOWN |= {"label", "hint", "constraint_message", "parameters"}
BOUND = re.compile(r"^\s*\.\s*(>=|<=)\s*(-?\d+(?:\.\d+)?)\s*$")
COUNT = re.compile(r"^\s*count-selected\(\.\)\s*<=\s*(\d+)\s*$")
ALONE = re.compile(
    r"^\s*not\(selected\(\.,\s*'([^']+)'\)\s+and\s+count-selected\(\.\)\s*>\s*1\)\s*$"
)
COMPARED = re.compile(
    r"^\s*\$\{(\w+)\}\s*(=|!=|<=|>=|<|>)\s*(?:'([^']*)'|(-?\d+(?:\.\d+)?)|\$\{(\w+)\})\s*$"
)
SELECTED = re.compile(r"^\s*selected\(\s*\$\{(\w+)\}\s*,\s*'([^']*)'\s*\)\s*$")


@dataclass
class Read:
    title: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)


Row = dict[str, str]


def read(file: IO[bytes]) -> Read:
    """Read a workbook; what cannot be kept is named, what cannot be read is refused.

    Raises FileRefusedError.
    """
    content = file.read()
    check_package(content)
    try:
        book = openpyxl.load_workbook(
            BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        sheets = {
            sheet.title.strip().lower(): list(_rows(sheet))
            for sheet in book.worksheets
            if sheet.title.strip().lower() in SHEETS
        }
    except UNREADABLE as error:
        raise refuse(damaged()) from error
    if "survey" not in sheets:
        raise refuse(_("The workbook has no sheet “survey”"))
    settings = next(iter(sheets.get("settings", [])), {})
    return _Reader(sheets.get("choices", [])).read(
        sheets["survey"], settings.get("form_title", "")
    )


def _rows(sheet: Any) -> Iterator[Row]:
    # A file's own word on its size is not trusted.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=MOST_ROWS, values_only=True)
    head = [str(cell or "").strip() for cell in next(rows, ())]
    for row in rows:
        found = {
            name: str(value).strip()
            for name, value in zip(head, row, strict=False)
            if name and value is not None and str(value).strip()
        }
        if found:
            yield found


def texts(row: Row, column: str) -> dict[str, str]:
    """Return a text by language; one without a language stands for those that lack one."""
    found: dict[str, str] = {}
    plain = row.get(column, "")
    for name, value in row.items():
        base, _mark, language = name.partition("::")
        if base.strip() == column and language:
            match = CODE.search(language)
            code = match[1] if match else language.strip().lower()[:2]
            if code in languages():
                found[code] = value
            else:
                plain = plain or value
    if plain:
        found = {code: found.get(code, plain) for code in languages()}
    return {
        code: re.sub(r"\$\{(\w+)\}", r"{\1}", value) for code, value in found.items()
    }


class _Reader:
    def __init__(self, choices: list[Row]) -> None:
        self.result = Read()
        self.codes: dict[str, dict[str, int]] = {}
        self.options: dict[str, list[dict[str, Any]]] = {}
        self.lists: dict[str, str] = {}
        self.rows_of: dict[str, str] = {}
        for row in choices:
            self._choice(row)

    def lost(self, item: str, text: str) -> None:
        self.result.losses.append(Loss(item, text))

    def _choice(self, row: Row) -> None:
        name = row.get("list_name") or row.get("list name", "")
        codes = self.codes.setdefault(name, {})
        told = row.get("name", "")
        is_number = told.isascii() and told.isdigit() and int(told) < 32_768
        taken = set(codes.values())
        code = int(told) if is_number and int(told) not in taken else 0
        if not is_number or code in taken or not code:
            code = next(n for n in range(1, 32_768) if n not in taken)
            if str(code) != told:
                text = _("the code “%(told)s”, which becomes %(code)s")
                self.lost(name, text % {"told": told, "code": code})
        codes[told] = code
        label = texts(row, "label") or dict.fromkeys(languages(), told)
        self.options.setdefault(name, []).append({"code": code, "label": label})

    def read(self, rows: list[Row], title: str) -> Read:
        self.result.title = title
        groups: list[tuple[Any, dict[str, Any] | None]] = []
        for row in rows:
            kind = " ".join(row.get("type", "").split()).replace("begin ", "begin_")
            kind = kind.replace("end ", "end_")
            name = row.get("name", "")
            if kind.startswith("end_"):
                if groups:
                    self._end(groups.pop()[1])
            elif kind == "begin_group":
                groups.append(self._begin(row, [base for base, _m in groups]))
            elif kind == "begin_repeat":
                self.lost(name, _("that it is asked again and again"))
                groups.append((None, None))
            else:
                self._question(row, kind, name, groups)
        return self.result

    def _begin(
        self, row: Row, outer: list[Any]
    ) -> tuple[list[Any] | None, dict[str, Any] | None]:
        base = self._condition(row)
        self._columns(row)
        if "list" not in row.get("appearance", "") or not texts(row, "label"):
            return base, None
        matrix = {
            **self._head(row, row.get("name", "")),
            "kind": "matrix",
            "base": all_of([*outer, base]),
            "rows": [],
        }
        return base, matrix

    def _end(self, matrix: dict[str, Any] | None) -> None:
        if matrix is not None and matrix["rows"]:
            matrix["choices"] = self.options.get(matrix.pop("list"), [])
            self.result.items.append(matrix)

    def _head(self, row: Row, name: str) -> dict[str, Any]:
        code = name if NAME.match(name) else ""
        if not code:
            code = f"q{len(self.result.items) + 1}_{re.sub(r'[^A-Za-z0-9]', '', name)}"
            code = code[:32]
            text = _("the name “%(name)s”, which becomes “%(code)s”")
            self.lost(name, text % {"name": name, "code": code})
        label = texts(row, "label") or dict.fromkeys(languages(), name)
        return {"code": code, "text": label, "hint": texts(row, "hint")}

    def _question(
        self,
        row: Row,
        kind: str,
        name: str,
        groups: list[tuple[Any, dict[str, Any] | None]],
    ) -> None:
        word, _space, rest = kind.partition(" ")
        matrix = groups[-1][1] if groups else None
        if matrix is not None and word == "select_one" and _fits(matrix, rest):
            self._matrix_row(matrix, row, rest, name)
            return
        if word not in {*LISTS, *KINDS}:
            text = _("the whole item, of the type “%(type)s”")
            self.lost(name, text % {"type": kind})
            return
        item = {
            **self._head(row, name),
            "kind": LISTS.get(word) or KINDS[word] or word,
            "required": row.get("required", "").lower() in {"yes", "true", "true()"},
            "random": "randomize=true" in row.get("parameters", ""),
            "base": all_of([*(base for base, _m in groups), self._condition(row)]),
        }
        if word in LISTS:
            listed = rest.split(" ")[0]
            self.lists[item["code"]] = listed
            item["choices"] = [dict(o) for o in self.options.get(listed, [])]
            if "or_other" in rest:
                self.lost(name, _("the answer “other”"))
            if row.get("appearance") == "likert" and word == "select_one":
                item["kind"] = "scale"
        self._limits(item, row)
        self._columns(row)
        self.result.items.append(item)

    def _matrix_row(
        self, matrix: dict[str, Any], row: Row, listed: str, name: str
    ) -> None:
        matrix["list"] = listed
        matrix["required"] = row.get("required", "").lower() == "yes"
        told = name.rpartition("_")[2]
        taken = {option["code"] for option in matrix["rows"]}
        code = int(told) if told.isascii() and told.isdigit() else len(taken) + 1
        code = code if code not in taken and code < 32_768 else max(taken) + 1
        matrix["rows"].append({"code": code, "label": texts(row, "label")})
        self.lists[matrix["code"]] = listed
        self.rows_of[name] = f"{matrix['code']}.{code}"
        if "relevant" in row:
            self.lost(name, _("the condition of a row"))

    def _limits(self, item: dict[str, Any], row: Row) -> None:
        limits: dict[str, Any] = {}
        for part in _parts(row.get("constraint", ""), "and"):
            bound, count, alone = (p.match(part) for p in (BOUND, COUNT, ALONE))
            if bound and item["kind"] == "number":
                number = float(bound[2])
                limits["min" if bound[1] == ">=" else "max"] = (
                    int(number) if number.is_integer() else number
                )
            elif count:
                limits["most"] = int(count[1])
            elif alone:
                code = self.codes.get(self.lists.get(item["code"], ""), {}).get(
                    alone[1]
                )
                for option in item.get("choices", []):
                    option["exclusive"] = (
                        option.get("exclusive") or option["code"] == code
                    )
            elif part.strip():
                self.lost(item["code"], _("the check %(text)s") % {"text": part})
        if row.get("type", "").strip() == "decimal":
            limits["decimals"] = 4
        if limits:
            item["limits"] = limits

    def _columns(self, row: Row) -> None:
        for column in row:
            if column.partition("::")[0].strip() not in KNOWN:
                text = _("the column “%(column)s”") % {"column": column}
                self.lost(row.get("name", ""), text)

    def _condition(self, row: Row) -> list[Any] | None:
        text = row.get("relevant", "")
        if not text:
            return None
        found = self.expression(text)
        if found is None:
            lost = _("the condition %(text)s: it is asked of everybody")
            self.lost(row.get("name", ""), lost % {"text": text})
        return found

    def expression(self, text: str) -> list[Any] | None:
        """Read a condition in XPath; None where a part of it is not known here."""
        text = _bare(text)
        for word in ("or", "and"):
            parts = _parts(text, word)
            if len(parts) > 1:
                found = [self.expression(part) for part in parts]
                if any(part is None for part in found):
                    return None
                # “${x} != ''” beside a comparison says what is said here anyway.
                kept = [p for p in found if p is not None and not _is_said(p, found)]
                return kept[0] if len(kept) == 1 else [word, *kept]
        if text.startswith("not(") and text.endswith(")"):
            inner = self.expression(text[4:-1])
            return None if inner is None else ["not", inner]
        return self._comparison(text)

    def _comparison(self, text: str) -> list[Any] | None:
        if match := SELECTED.match(text):
            name, code = match[1], self._code(match[1], match[2])
            if self._kind(name) != "multiple":
                return None if code is None else ["=", self._name(name), code]
            return None if code is None else ["has", name, code]
        if not (match := COMPARED.match(text)):
            return None
        name, operator, word, number, other = match.groups()
        if self._name(name) is None:
            return None
        if other is not None:
            return [operator, self._name(name), ["of", self._name(other)]]
        if word == "":
            return ["answered", name] if operator == "!=" else None
        value = self._code(name, word if word is not None else number)
        return None if value is None else [operator, self._name(name), value]

    def _name(self, name: str) -> str | None:
        if name in self.rows_of:
            return self.rows_of[name]
        known = {item["code"] for item in self.result.items}
        return name if name in known else None

    def _kind(self, name: str) -> str:
        return next((i["kind"] for i in self.result.items if i["code"] == name), "")

    def _code(self, name: str, told: str) -> Any:
        own = (self._name(name) or "").partition(".")[0]
        if own in self.lists:
            return self.codes.get(self.lists[own], {}).get(told)
        try:
            number = float(told)
        except ValueError:
            return told
        return int(number) if number.is_integer() else number


def _fits(matrix: Mapping[str, Any], listed: str) -> bool:
    return bool(matrix.get("list", listed) == listed)


def _is_said(part: list[Any], parts: list[Any]) -> bool:
    return part[0] == "answered" and any(
        other is not part and other and other[0] in {"!=", "<", "<=", ">", ">="}
        and other[1] == part[1]
        for other in parts
    )  # fmt: skip


def _bare(text: str) -> str:
    """Take off brackets that hold the whole of a condition."""
    text = text.strip()
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str) -> int:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place
    return -1


def _parts(text: str, word: str) -> list[str]:
    """Part a condition at a word that stands in no brackets and no quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for match in re.finditer(rf"'|\(|\)|\s{word}\s", text):
        sign = match[0]
        if sign == "'":
            quoted = not quoted
        elif not quoted and sign in "()":
            depth += 1 if sign == "(" else -1
        elif not quoted and depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]
