from django.utils import timezone
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from library.models import Edition, Item


class ItemFactory(DjangoModelFactory):
    class Meta:
        model = Item

    public_id = Sequence(lambda n: f"item-{n}")
    kind = Item.Kind.GUIDANCE
    state = Item.State.PUBLISHED
    published_at = LazyFunction(timezone.now)
    title_kk = Sequence(lambda n: f"{n}-құжат")
    title_ru = Sequence(lambda n: f"Документ {n}")
    title_en = Sequence(lambda n: f"Document {n}")


class EditionFactory(DjangoModelFactory):
    class Meta:
        model = Edition

    item = SubFactory(ItemFactory)
    language = "kk"
    html = "<p>Мәтін</p>"
