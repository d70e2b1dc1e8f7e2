"""A codebook after DDI-Codebook 2.5: what the variables of a wave are.

It says what each variable asks, of whom, with which codes, in all languages of the
questionnaire, how the sample came about and how it is weighted. Figures in it are those of
the release, what is suppressed there is not in it. The order of elements is that of the
standard's schema.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree

from foundation.languages import languages
from surveys.models import Estimate, Release
from surveys.variables import WEIGHT, WEIGHT_LABELS, Column, columns

NAMESPACE = "ddi:codebook:2_5"
SCHEMA = (
    f"{NAMESPACE} https://ddialliance.org/Specification/DDI-Codebook/2.5/"
    "XMLSchema/codebook.xsd"
)
LANG = "xml:lang"
# With a hyphen, which no variable has: an ID stands once in a document.
FILE = "file-1"
NATURES = {"scale": "ordinal", "matrix": "ordinal", "number": "ratio"}


def ddi(release: Release) -> bytes:
    """Return the codebook of a published release; the same bytes each time."""
    root = ElementTree.Element(
        "codeBook",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": SCHEMA,
            "version": "2.5",
        },
    )
    _study(_add(root, "stdyDscr"), release)
    file = _add(root, "fileDscr", ID=FILE)
    text = _add(file, "fileTxt")
    _add(text, "fileName", f"{release.wave.public_id}.csv")
    shape = _add(text, "dimensns")
    _add(shape, "caseQnty", str(release.wave.responses.count()))
    _add(text, "fileType", "text/csv", charset="UTF-8")
    described = _add(root, "dataDscr")
    shares = _shares(release)
    for column in columns(release.wave.questionnaire.definition):
        _variable(described, column, shares, is_weighted=release.scheme is not None)
    if release.scheme is not None:
        _weight(described)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _add(parent: Any, element_name: str, text: str = "", /, **attributes: str) -> Any:
    element = ElementTree.SubElement(parent, element_name)
    for key, value in attributes.items():
        element.set(key.replace("_", "-"), value)
    if text:
        element.text = text
    return element


def _in_languages(parent: Any, name: str, texts: Mapping[str, str]) -> None:
    for code in languages():
        if texts.get(code):
            _add(parent, name, texts[code]).set(LANG, code)


def _columns(row: Any, name: str) -> dict[str, str]:
    return {code: getattr(row, f"{name}_{code}") for code in languages()}


def _study(study: Any, release: Release) -> None:
    wave, survey = release.wave, release.wave.questionnaire.survey
    citation = _add(study, "citation")
    titles = _add(citation, "titlStmt")
    names, label = _columns(survey, "title"), _columns(wave, "label")
    first, *others = languages()
    _in_languages(titles, "titl", {first: f"{names[first]}: {label[first]}"})
    for code in others:
        _in_languages(titles, "parTitl", {code: f"{names[code]}: {label[code]}"})
    _add(titles, "IDNo", f"{wave.public_id}/{release.number}")
    version = _add(citation, "verStmt")
    day = release.published_on.isoformat() if release.published_on else ""
    _add(version, "version", str(release.number), date=day)
    information = _add(study, "stdyInfo")
    _in_languages(information, "abstract", _columns(survey, "summary"))
    summary = _add(information, "sumDscr")
    for event, when in (("start", wave.opens_on), ("end", wave.closes_on)):
        _add(summary, "collDate", when.isoformat(), date=when.isoformat(), event=event)
    _add(summary, "nation", "Kazakhstan", abbr="KZ")
    _add(summary, "anlyUnit", "Individual")
    _in_languages(summary, "universe", _columns(wave, "population"))
    _add(summary, "dataKind", "Survey data")
    _method(_add(study, "method"), release)


def _method(method: Any, release: Release) -> None:
    told = release.methodology
    collection = _add(method, "dataColl")
    _add(collection, "sampProc", release.wave.sample)
    _add(collection, "collMode", "Self-administered questionnaire: web-based")
    _add(collection, "weight", str(told.get("weighting", "none")))
    rates: Mapping[str, float] = told.get("response_rates", {})
    if not rates and release.wave.is_probability:
        return
    analysis = _add(method, "anlyInfo")
    for name, rate in rates.items():
        _add(analysis, "respRate", f"{name} {rate:.4f}")
    if not release.wave.is_probability:
        words = "Not stated: a sample anybody could join has no sampling error"
        _add(analysis, "EstSmpErr", words)


def _shares(release: Release) -> dict[tuple[str, str], Estimate]:
    rows = release.estimates.filter(split="", p__isnull=False)
    return {(row.question, row.code): row for row in rows}


def _variable(
    parent: Any,
    column: Column,
    shares: Mapping[tuple[str, str], Estimate],
    *,
    is_weighted: bool,
) -> None:
    question = column.question
    is_number = question.kind == "number"
    variable = _add(
        parent,
        "var",
        ID=column.name,
        name=column.name,
        files=FILE,
        intrvl="contin" if is_number else "discrete",
        nature=NATURES.get(question.kind, "nominal"),
    )
    if is_weighted:
        variable.set("wgt-var", WEIGHT)
    _in_languages(variable, "labl", {c: column.label(c) for c in languages()})
    asked = _add(variable, "qstn")
    _in_languages(asked, "qstnLit", question.text)
    if question.base is not None:
        _add(variable, "universe", f"Asked if {question.base!r}", clusion="I")
    for code in _codes(column):
        _category(variable, column, code, shares)
    kind = "numeric" if column.has_codes else "character"
    _add(variable, "varFormat", type=kind, schema="other")


def _codes(column: Column) -> Iterable[int]:
    if column.question.kind in {"multiple", "derived"}:
        return (0, 1)
    if column.question.kind == "ranking":
        return ()
    return [option.code for option in column.question.choices]


def _category(
    variable: Any,
    column: Column,
    code: int,
    shares: Mapping[tuple[str, str], Estimate],
) -> None:
    question = column.question
    if question.kind in {"multiple", "derived"}:
        words = dict.fromkeys(languages(), ("–", "✓")[code])
        missing, where = "", (question.code, (column.part or "1") if code else "")
    else:
        option = question.option(code)
        assert option is not None
        words, missing = dict(option.label), option.missing
        name = f"{question.code}.{column.part}" if column.part else question.code
        where = (name, str(code))
    category = _add(variable, "catgry", missing="Y" if missing else "N")
    if missing:
        category.set("missType", missing)
    _add(category, "catValu", str(code))
    _in_languages(category, "labl", words)
    found = shares.get(where)
    if found is not None and found.p is not None:
        _add(category, "catStat", str(found.n), type="freq", wgtd="not-wgtd")
        _add(category, "catStat", f"{100 * found.p:.4f}", type="percent", wgtd="wgtd")


def _weight(parent: Any) -> None:
    variable = _add(
        parent, "var", ID=WEIGHT, name=WEIGHT, files=FILE, wgt="wgt", intrvl="contin"
    )
    _in_languages(variable, "labl", WEIGHT_LABELS)
    _add(variable, "varFormat", type="numeric", schema="other")
