import pytest

from courses.reading import ShapeError, merge, read_questions
from courses.shipped import FOLDER, _merged

ENGLISH = "# a single\nWhich?\n+ This\n- That\n"


def read_all(folder):
    questions = {}
    for path in sorted((FOLDER / folder).glob("questions.*.kk.txt")):
        number = path.name.split(".")[1]
        questions |= _merged(FOLDER / folder, f"questions.{number}", read_questions)
    return questions


def test_a_question_missing_in_one_language_is_an_error():
    kk = read_questions(ENGLISH)
    ru = read_questions(ENGLISH + "- Another\n")

    with pytest.raises(ShapeError):
        merge({"kk": kk, "ru": ru, "en": kk})


def test_a_right_answer_that_differs_between_languages_is_an_error():
    kk = read_questions(ENGLISH)
    ru = read_questions("# a single\nWhich?\n- This\n+ That\n")

    with pytest.raises(ShapeError):
        merge({"kk": kk, "ru": ru, "en": kk})


def test_the_bank_of_the_standard_has_eighty_questions_of_eight_kinds():
    questions = read_all("anti-corruption-standard")

    assert len(questions) == 80
    assert len({row["kind"] for row in questions.values()}) >= 8


@pytest.mark.parametrize(
    "folder",
    ["anti-corruption-standard", "your-rights", "honest-start", "honest-business"],
)
def test_every_question_explains_itself_in_three_languages(folder):
    explained = [row["body"]["explanation"] for row in read_all(folder).values()]

    assert all(len(set(texts.values())) == 3 for texts in explained)
