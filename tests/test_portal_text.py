"""Numbers on pages are those of the language, written by the short way."""

from decimal import Decimal
from random import Random

import pytest
from babel.numbers import format_decimal
from django.utils.translation import override

from foundation.languages import languages
from foundation.templatetags.portal_text import number

DICE = Random(4)
NUMBERS = [
    *(0, -0.0, 7, -1_234, 20_159_707, 10**18, 0.15, 0.25, 2.5, -0.04, 1e-7, 100.0),
    *(Decimal("1.250"), Decimal("1E+5"), Decimal("-12345.675")),
    *(DICE.random() * 100 for _ in range(300)),
    *(DICE.randint(-800, 800) / 8 for _ in range(300)),
    *(DICE.uniform(-1e9, 1e9) for _ in range(100)),
]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("digits", [0, 1, 2, 3])
def test_a_number_is_written_as_babel_writes_it(language, digits):
    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    wanted = [format_decimal(n, pattern, locale=language) for n in NUMBERS]

    with override(language):
        assert [number(n, digits) for n in NUMBERS] == wanted


def test_no_number_is_a_dash():
    assert number(None) == "–"
