"""The room's README names a proof for each bar; the proofs are there."""

import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
BARS = re.findall(
    r"^\| (\d+) \|(.*)$", (ROOT / "surveys/README.md").read_text(), re.MULTILINE
)
TESTS = "\n".join(
    path.read_text()
    for folder in ("tests/surveys", "tests/e2e")
    for path in sorted((ROOT / folder).glob("test_*.py"))
)


def test_every_bar_has_its_line():
    assert [int(number) for number, _line in BARS] == list(range(1, 43))


@pytest.mark.parametrize(("number", "line"), BARS)
def test_a_bar_names_proofs_that_exist(number, line):
    _bar, state, proofs, _end = line.split("|")
    named = re.findall(r"`([^`]+)`", proofs)

    assert named or "not done" in state
    for name in named:
        is_test = f"def {name}(" in TESTS
        assert is_test or (ROOT / name).exists(), name
