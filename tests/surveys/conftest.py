import pytest

from surveys.shipped import load_surveys
from tests.factories.surveys import fielded, option, question


@pytest.fixture
def shipped(db):
    """The surveys a fresh portal has."""
    load_surveys()


@pytest.fixture
def bribes():
    """A small questionnaire with a base, several answers, a matrix and words."""
    return [
        question("contact", codes=(1, 2), required=True),
        question("who", "multiple", base=["=", "contact", 1])
        | {"choices": [option(1), option(2), option(9, exclusive=True)]},
        question("gave", codes=(1, 2), base=["=", "contact", 1]),
        question("trust", "matrix", codes=(1, 2)) | {"rows": [option(1), option(2)]},
        question("words", "text", codes=()),
        question("sex", codes=(1, 2)),
    ]


@pytest.fixture
def wave(db, bribes):
    return fielded(bribes, splits=["sex"])
