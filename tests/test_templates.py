import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from portal.gallery import COMPONENTS

ROOT = Path(__file__).resolve().parent.parent / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
NAMES = [str(path.relative_to(ROOT)) for path in TEMPLATES]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda c: c["template"])
def test_a_component_renders_its_example(component):
    html = render_to_string(component["template"], component["context"])

    assert html.count("<") == html.count(">")
    assert html.strip()


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("components/")])
def test_a_component_names_its_arguments(name):
    assert (ROOT / name).read_text().startswith("{# ")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_stays_short(name):
    assert (ROOT / name).read_text().count("\n") <= 150


@pytest.mark.parametrize("name", NAMES)
def test_every_endblock_is_named(name):
    assert not re.search(
        r"^\s*{%\s*endblock\s*%}", (ROOT / name).read_text(), re.MULTILINE
    )
