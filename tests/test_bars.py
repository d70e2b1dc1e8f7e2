"""Tables of what was promised name a proof for each line; the proofs are there."""

import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
TABLES = sorted((ROOT / "docs/bars").glob("[a-z]*.md"))
TESTS = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
# A proof is only missing where the state says so.
WITHOUT = re.compile("not |none|nothing|by design|by hand|benchmark")


def lines():
    for table in TABLES:
        for line in table.read_text().splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            is_head = "state" in cells or set(line) <= set("|- ")
            if line.startswith("|") and not is_head:
                yield pytest.param(
                    cells[-2], cells[-1], id=f"{table.stem}: {cells[0][:60]}"
                )


def is_there(name):
    if f"def {name}(" in TESTS or f"def test_{name}(" in TESTS:
        return True
    places = (name, f"benchmarks/{name}", f"tests/*/{name}", f"tests/*/test_{name}.py")
    return any(any(ROOT.glob(place.rstrip("/"))) for place in places)


@pytest.mark.parametrize(("state", "proofs"), list(lines()))
def test_a_line_names_proofs_that_exist(state, proofs):
    named = [name for name in re.findall(r"`([^`]+)`", proofs) if "…" not in name]

    assert named or WITHOUT.search(f"{state} {proofs}")
    assert [name for name in named if not is_there(name)] == []


def test_every_bar_of_surveys_has_its_line():
    text = (ROOT / "docs/bars/surveys.md").read_text()
    numbers = re.findall(r"^\| (\d+) \|", text, re.MULTILINE)

    assert [int(number) for number in numbers] == list(range(1, 43))
