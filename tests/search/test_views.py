import pytest

from foundation.search.highlight import kazakh_fragment, marked
from foundation.search.services import index
from tests.factories.corruption_map import RiskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def found():
    row = RiskFactory(
        published=True,
        title_kk="Кеденде пара алу <b>",
        title_ru="Взятки на таможне",
        title_en="",
        description_kk="Кеден органдары. " * 40 + "Парамен байланысты. " + "Сөз " * 60,
    )
    index("risk", row.public_id)
    return row


def page(client, query, language="kk"):
    answer = client.get(f"/{language}/search/{query}")
    assert answer.status_code == 200
    return answer.text


def test_empty_page_has_the_form_alone(client):
    assert 'name="q"' in page(client, "")


def test_find_is_marked_and_escaped(client, found):
    text = page(client, "?q=параның")

    assert "Кеденде <mark>пара</mark> алу &lt;b&gt;" in text
    assert "<mark>Парамен</mark>" in text
    assert f'href="/kk/risks/{found.public_id}/"' in text


def test_find_of_another_language_says_so(client, found):
    text = page(client, "?q=взятка", language="en")

    assert 'lang="ru"' in text
    assert "Text in Russian" in text
    assert "<mark>Взятки</mark>" in text


def test_nothing_found_says_so_and_offers_what_is_like_it(client, found):
    text = page(client, "?q=таможене", language="ru")

    assert "<mark>" not in text
    assert "Взятки на таможне" in text


@pytest.mark.parametrize(
    "query",
    [
        "?q=пара&page=99",
        "?q=пара&page=-1",
        "?q=пара&page=x",
        "?q=пара&kind=x",
        "?q=%00",
    ],
)
def test_odd_addresses_are_answered(client, found, query):
    page(client, query)


def test_question_is_escaped(client):
    assert "<script>" not in page(client, "?q=<script>alert(1)</script>")


def test_no_cookie_is_set(client, found):
    assert not client.get("/kk/search/?q=пара").cookies


def test_page_takes_few_queries(client, found, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        page(client, "?q=пара")


def test_fragments_are_at_most_three():
    text = ("сөз " * 40 + "пара ") * 6

    assert kazakh_fragment(text, "параға").count(" … ") == 2


def test_marks_in_a_text_are_no_marks():
    assert (
        marked(kazakh_fragment("\ue000сот\ue001 пара", "пара"))
        == "сот <mark>пара</mark>"
    )
