"""Word, Excel, PowerPoint and OpenDocument files: archives of XML, cleaned part by part.

Tracked changes are accepted; comments stay, without who wrote them and when.
"""

import re
import zipfile
from io import BytesIO
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from reports.cleaning.found import IMAGES, Cleaned, Found, NoCopyError
from reports.cleaning.images import clean_image

MOST_PARTS = 5000
MOST_BYTES = 256 * 2**20
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
EMPTY = {
    "docProps/core.xml": (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties'
        b' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        b'core-properties"/>'
    ),
    "docProps/app.xml": (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns='
        b'"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
    ),
    "docProps/custom.xml": (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns='
        b'"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
    ),
    "meta.xml": (
        b'<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office='
        b'"urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3">'
        b"<office:meta/></office:document-meta>"
    ),
}
PROPERTIES = {
    "creator": "author",
    "lastModifiedBy": "author",
    "initial-creator": "author",
    "printed-by": "author",
    "Manager": "author",
    "Company": "author",
    "Application": "program",
    "generator": "program",
    "created": "time",
    "modified": "time",
    "creation-date": "time",
    "title": "text",
    "subject": "text",
    "keywords": "text",
    "keyword": "text",
    "description": "text",
    "Template": "text",
}
# Parts that nothing needs and that tell of a machine.
GONE = re.compile(
    r"docProps/thumbnail\.\w+$|^Thumbnails/|printerSettings/printerSettings\d+\.bin$"
)
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Taken out with all that is in them; of Word also whatever ends with `Change`.
CHANGED = {f"{WORD}del", f"{WORD}moveFrom", f"{TEXT}tracked-changes"}
GONE_TAGS = CHANGED | {
    *(f"{TEXT}{name}" for name in ("change", "change-start", "change-end")),
    *(f"{WORD}{name}" for name in ("rsids", "attachedTemplate", "trackRevisions")),
}
ACCEPTED = {f"{WORD}ins", f"{WORD}moveTo"}
# Attributes and elements that name a person, and those that say when.
PEOPLE = {"author", "initials", "userId", "userName", "displayName", "lastModifiedBy"}
SIGNED = {"author", "creator", "creator-initials", "sender-initials"}
TIMES = {"dateUtc", "dT"}
PLAIN = re.compile(r".*(\.vml|\.css|/)|mimetype", re.IGNORECASE)
PICTURE = re.compile(r"\.(jpe?g|png)$", re.IGNORECASE)


def clean_office(content: bytes) -> Cleaned:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > MOST_BYTES:
            raise ValueError("The archive is too large")
        held = {part.filename: archive.read(part) for part in parts}
    suffix, kind = _kind(held)
    found: Found = []
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w") as copy:
        for name, part in held.items():
            if GONE.search(name):
                found.append(("preview", ""))
                continue
            entry = zipfile.ZipInfo(name)
            is_first = name == "mimetype"
            entry.compress_type = (
                zipfile.ZIP_STORED if is_first else zipfile.ZIP_DEFLATED
            )
            copy.writestr(entry, _part(name, part, found))
    return Cleaned(sink.getvalue(), suffix, kind, list(dict.fromkeys(found)))


def _kind(held: dict[str, bytes]) -> tuple[str, str]:
    if any(name.endswith("vbaProject.bin") for name in held):
        raise NoCopyError([("macro", "")])
    if b"encryption-data" in held.get("META-INF/manifest.xml", b""):
        raise NoCopyError([])
    open_xml = "application/vnd.openxmlformats-officedocument."
    for part, suffix, kind in (
        ("word/document.xml", ".docx", f"{open_xml}wordprocessingml.document"),
        ("xl/workbook.xml", ".xlsx", f"{open_xml}spreadsheetml.sheet"),
        ("ppt/presentation.xml", ".pptx", f"{open_xml}presentationml.presentation"),
    ):
        if part in held:
            return suffix, kind
    kind = held.get("mimetype", b"").decode("ascii", "replace")
    suffixes = {"text": ".odt", "spreadsheet": ".ods", "presentation": ".odp"}
    place = kind.removeprefix("application/vnd.oasis.opendocument.")
    if place not in suffixes:
        raise NoCopyError([])
    return suffixes[place], kind


def _part(name: str, part: bytes, found: Found) -> bytes:
    if name in EMPTY:
        found += _properties(part)
        return EMPTY[name]
    if name.endswith((".xml", ".rels")):
        return _xml(name, part, found)
    if PICTURE.search(name) and part.startswith(IMAGES):
        picture = clean_image(part)
        found += picture.found
        return picture.content
    if not PLAIN.fullmatch(name):
        found.append(("kept", name.rsplit("/", 1)[-1]))
    return part


def _parsed(part: bytes) -> Any:
    # Neither entities nor outside files: what they name is never read.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(part, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError from error


def _local(tag: Any) -> str:
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _properties(part: bytes) -> Found:
    return [
        (PROPERTIES[_local(element.tag)], element.text.strip())
        for element in _parsed(part).iter()
        if _local(element.tag) in PROPERTIES and (element.text or "").strip()
    ]


def _xml(name: str, part: bytes, found: Found) -> bytes:
    root = _parsed(part)
    is_list = name.endswith((".rels", "manifest.xml"))
    for element in list(root.iter()):
        if is_list:
            if any(GONE.search(value) for value in element.attrib.values()):
                _remove(element)
        elif _local(element.tag):
            _element(element, found)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _element(element: Any, found: Found) -> None:
    tag, local = element.tag, _local(element.tag)
    if tag in CHANGED | ACCEPTED:
        found.append(("changes", _author(element)))
    elif local in ("comment", "annotation", "cmAuthor", "person", "threadedComment"):
        found.append(("comments", _author(element)))
    is_revision = tag.startswith(WORD) and local.endswith("Change")
    if tag in GONE_TAGS or is_revision or local == "absPath":
        _remove(element)
    elif tag in ACCEPTED:
        _unwrap(element)
    else:
        _unsign(element, local)


def _author(element: Any) -> str:
    """Return whom an element names, in an attribute or in something within it."""
    names = [v for k, v in element.attrib.items() if _local(k) in PEOPLE and v]
    names += [e.text for e in element.iter() if _local(e.tag) in SIGNED and e.text]
    return str(names[0]) if names else ""


def _unsign(element: Any, local: str) -> None:
    for key in list(element.attrib):
        name = _local(key)
        if name in PEOPLE:
            element.attrib[key] = "-"
        elif name.startswith("rsid") or name in TIMES or key == f"{WORD}date":
            del element.attrib[key]
        elif local == "pageSetup" and name == "id":
            # It leads to the settings of a printer, which are not copied.
            del element.attrib[key]
    if local in SIGNED and element.text:
        element.text = "-"
    if local == "config-item" and "Printer" in str(element.attrib.values()):
        element.text = ""


def _remove(element: Any) -> None:
    """Take an element out and leave the text that follows it."""
    _replace(element, [])


def _unwrap(element: Any) -> None:
    _replace(element, list(element))


def _replace(element: Any, by: list[Any]) -> None:
    parent = element.getparent()
    if parent is None:
        return
    place, tail = parent.index(element), element.tail or ""
    # Removing it takes the tail along.
    parent.remove(element)
    for offset, child in enumerate(by):
        parent.insert(place + offset, child)
    before = place + len(by) - 1
    if before >= 0:
        parent[before].tail = (parent[before].tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
