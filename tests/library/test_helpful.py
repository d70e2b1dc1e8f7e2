from threading import Barrier, Thread

import pytest
from django.db import connections

from library.models import Helpfulness, Item
from library.services import count_helpful
from tests.factories.library import EditionFactory, ItemFactory


@pytest.mark.django_db
def test_no_answer_counts_nothing(client):
    item = EditionFactory().item

    page = client.post(f"/en/library/{item.public_id}/helpful/", {"answer": "perhaps"})

    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.text
    assert not Helpfulness.objects.exists()


@pytest.mark.django_db
def test_a_draft_cannot_be_answered_about(client):
    draft = ItemFactory(state=Item.State.DRAFT, published_at=None)

    page = client.post(f"/en/library/{draft.public_id}/helpful/", {"answer": "yes"})

    assert page.status_code == 404
    assert not Helpfulness.objects.exists()


@pytest.mark.django_db
def test_an_answer_is_counted_once_and_a_reload_adds_none(client):
    item = EditionFactory().item
    path = f"/kk/library/{item.public_id}/"
    assert f"{path}helpful/" in client.get(path).text

    client.post(f"{path}helpful/", {"answer": "yes"}, follow=True)
    client.post(f"{path}helpful/", {"answer": "no"})
    client.get(f"{path}helpful/?counted=1")

    counted = Helpfulness.objects.get(item=item)
    assert (counted.yes, counted.no, counted.month.day) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_answers_at_once_are_all_counted():
    item = EditionFactory().item
    ready = Barrier(8, timeout=30)

    def answer():
        ready.wait()
        try:
            count_helpful(item=item, is_helpful=True)
        finally:
            connections.close_all()

    threads = [Thread(target=answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert Helpfulness.objects.get(item=item).yes == 8


@pytest.mark.django_db
def test_who_answered_is_stored_nowhere():
    fields = {field.name for field in Helpfulness._meta.get_fields()}

    assert fields == {"id", "item", "month", "yes", "no"}
