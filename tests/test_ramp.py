import re
import warnings
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

# Its docstrings hold backslashes that Python warns of where it compiles them anew.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from colorspacious import cspace_convert

STYLESHEET = Path(__file__).parents[1] / "static" / "css" / "ramp.css"
SELECTORS = {
    "light": r":root",
    "dark by preference": r':root:not\(\[data-theme="light"\]\)',
    "dark by choice": r':root\[data-theme="dark"\]',
}
PAGES = {
    "light": "#ffffff",
    "dark by preference": "#0f1a1f",
    "dark by choice": "#0f1a1f",
}
VISIONS = ["normal", "deuteranomaly", "protanomaly", "tritanomaly"]
CLASSES = [f"--ramp-{number}" for number in range(1, 6)]

every_theme = pytest.mark.parametrize("theme", SELECTORS)
every_vision = pytest.mark.parametrize("vision", VISIONS)


def declarations(css: str, theme: str) -> dict[str, str]:
    block = re.search(
        rf"^\s*{SELECTORS[theme]} {{(.*?)}}", css, re.DOTALL | re.MULTILINE
    )
    assert block
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6});", block[1]))


def colours(theme: str) -> dict[str, str]:
    return declarations(STYLESHEET.read_text(), theme)


def channels(colour: str) -> np.ndarray:
    return np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])


def seen(colour: str, vision: str) -> np.ndarray:
    """Return a colour in CAM02-UCS as an eye with this vision sees it."""
    rgb = channels(colour)
    if vision != "normal":
        space = {"name": "sRGB1+CVD", "cvd_type": vision, "severity": 100}
        rgb = np.clip(cspace_convert(rgb, space, "sRGB1"), 0, 1)
    perceived: np.ndarray = cspace_convert(rgb, "sRGB1", "CAM02-UCS")
    return perceived


def distance(one: str, other: str, vision: str) -> float:
    return float(np.linalg.norm(seen(one, vision) - seen(other, vision)))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    rgb = channels(colour)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def least_distance(ramp: list[str], vision: str) -> float:
    return min(distance(one, other, vision) for one, other in combinations(ramp, 2))


def test_a_traffic_light_fails_the_distance():
    traffic_light = ["#d7191c", "#fdae61", "#ffffbf", "#a6d96a", "#1a9641"]

    assert least_distance(traffic_light, "protanomaly") < 10


@every_theme
@every_vision
def test_any_two_classes_are_told_apart(theme, vision):
    found = colours(theme)

    assert least_distance([found[name] for name in CLASSES], vision) >= 10


@every_theme
@every_vision
def test_classes_stand_out_from_page_and_no_data(theme, vision):
    found = colours(theme)
    grounds = [PAGES[theme], found["--ramp-none"]]

    assert (
        min(distance(found[name], g, vision) for name in CLASSES for g in grounds) >= 10
    )


@every_theme
@every_vision
def test_lightness_runs_one_way(theme, vision):
    found = colours(theme)
    steps = np.diff([seen(found[name], vision)[0] for name in CLASSES])

    assert np.all(steps < -5) if theme == "light" else np.all(steps > 5)


@every_theme
@pytest.mark.parametrize("name", [*CLASSES, "--ramp-none"])
def test_text_reads_on_every_class(theme, name):
    found = colours(theme)

    assert contrast(found[name], found[f"{name}-text"]) >= 4.5


@every_theme
def test_hatch_and_edge_are_visible(theme):
    found = colours(theme)

    assert contrast(found["--ramp-hatch"], found["--ramp-none"]) >= 3
    assert contrast(found["--ramp-edge"], PAGES[theme]) >= 3


def test_both_ways_into_the_dark_give_the_same_colours():
    assert colours("dark by preference") == colours("dark by choice")
    assert set(colours("light")) == set(colours("dark by choice"))
