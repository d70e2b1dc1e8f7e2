"""How many forms of Russian and English words find one another, by PostgreSQL's stemmers.

Forms are of the portal's own subject, written out by hand: six cases in both numbers of a
noun, some of an adjective, persons and tenses of a verb.
"""

from itertools import permutations

import pytest
from django.db import connection

from foundation.search.russian import evened
from foundation.search.vectors import CONFIGURATIONS, Queries

RUSSIAN = [
    "взятка взятки взятке взятку взяткой взяток взяткам взятками взятках",
    "закон закона закону законом законе законы законов законам законами законах",
    "чиновник чиновника чиновнику чиновником чиновнике чиновники чиновников чиновникам",
    "область области областью областей областям областями областях",
    "риск риска риску риском риске риски рисков рискам рисками рисках",
    "орган органа органу органом органе органы органов органам органами органах",
    "мера меры мере меру мерой мер мерам мерами мерах",
    "служба службы службе службу службой служб службам службами службах",
    "нарушение нарушения нарушению нарушением нарушении нарушений нарушениям нарушениях",
    "конкурс конкурса конкурсу конкурсом конкурсе конкурсы конкурсов конкурсам",
    "проверка проверки проверке проверку проверкой проверок проверкам проверками",
    "декларация декларации декларацию декларацией деклараций декларациям декларациях",
    "учёт учёта учету учётом учёте",
    "расчёт расчета расчёту расчётом расчёты расчетов расчётам",
    "больница больницы больнице больницу больницей больниц больницам больницах",
    "школа школы школе школу школой школ школам школами школах",
    "полицейский полицейского полицейскому полицейским полицейские полицейских",
    "правовой правового правовому правовым правовая правовую правовое правовые правовых",
    "незаконный незаконного незаконному незаконным незаконная незаконной незаконные",
    "получать получаю получает получают получал получала получали получая",
    "требовать требует требуют требовал требовала требовали требуя",
    "платить плачу платит платят платил платила платили",
    "берёт берут берет берёте",
]
ENGLISH = [
    "bribe bribes bribed bribing",
    "law laws",
    "official officials",
    "tender tenders tendered tendering",
    "body bodies",
    "duty duties",
    "report reports reported reporting",
    "punish punishes punished punishing",
    "region regions regional",
    "policy policies",
    "hospital hospitals",
    "school schools",
    "agency agencies",
    "measure measures measured measuring",
    "declare declares declared declaring",
    "inspect inspects inspected inspecting",
    "pay pays paying",
    "risk risks",
    "audit audits audited auditing",
    "employ employs employed employing",
]
# Words that only look alike: one must not find the other.
APART = {
    "ru": [
        ("риск", "рисунок"),
        ("суд", "судно"),
        ("мера", "мэр"),
        ("закон", "законник"),
    ],
    "en": [("policy", "police"), ("law", "lawn"), ("body", "bodice"), ("risk", "rise")],
}
MATCHES = """
SELECT count(*) FILTER (WHERE
    to_tsvector(%(configuration)s::regconfig, text)
    @@ websearch_to_tsquery(%(configuration)s::regconfig, question))
FROM unnest(%(texts)s::text[], %(questions)s::text[]) AS pairs(text, question)
"""


def found(language, pairs):
    """Count the pairs whose second word, asked for, finds the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            MATCHES,
            {
                "configuration": CONFIGURATIONS[language],
                "texts": [evened(text) for text, _question in pairs],
                "questions": [Queries.of(question).plain for _text, question in pairs],
            },
        )
        (number,) = cursor.fetchone()
    return number


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words", "bar"), [("ru", RUSSIAN, 0.92), ("en", ENGLISH, 0.90)]
)
def test_forms_of_a_word_find_one_another(language, words, bar):
    pairs = [pair for forms in words for pair in permutations(forms.split(), 2)]

    share = found(language, pairs) / len(pairs)

    assert share >= bar, f"{share:.1%} of {len(pairs)} pairs"


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("орган", "органы"),
        ("Казахстан", "Казахстане"),
        ("взятка", "взяток"),
        ("закупки", "закупок"),
        ("список", "списка"),
        ("уровень", "уровня"),
    ],
)
@pytest.mark.django_db
def test_words_of_the_field_find_their_other_forms(word, kept):
    assert found("ru", [(word, kept), (kept, word)]) == 2


@pytest.mark.parametrize("word", ["восток", "срок", "поток", "широк", "bribe", "пара"])
def test_other_words_are_left_as_they_are(word):
    assert evened(word) == word


@pytest.mark.django_db
@pytest.mark.parametrize("language", APART)
def test_words_that_only_look_alike_stay_apart(language):
    assert found(language, APART[language]) == 0
