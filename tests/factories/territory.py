from factory.declarations import Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from foundation.territory.models import Area, BodyKind, PublicBody, Scope


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Area

    iso = Sequence(lambda n: f"XX-{n:02}")
    kind = Area.Kind.REGION
    name_kk = Sequence(lambda n: f"{n}-облыс")
    name_ru = Sequence(lambda n: f"Область {n}")
    name_en = Sequence(lambda n: f"Region {n}")


class BodyKindFactory(DjangoModelFactory):
    class Meta:
        model = BodyKind

    code = Sequence(lambda n: f"kind-{n}")
    name_kk = "министрлік"
    name_ru = "министерство"
    name_en = "ministry"


class PublicBodyFactory(DjangoModelFactory):
    class Meta:
        model = PublicBody

    code = Sequence(lambda n: f"body-{n}")
    name_kk = Sequence(lambda n: f"{n}-орган")
    name_ru = Sequence(lambda n: f"Орган {n}")
    name_en = Sequence(lambda n: f"Body {n}")
    kind = SubFactory(BodyKindFactory)
    area = SubFactory(AreaFactory)


class ScopeFactory(DjangoModelFactory):
    class Meta:
        model = Scope

    class Params:
        of_body = Trait(kind=Scope.Kind.BODY, body=SubFactory(PublicBodyFactory))
        of_area = Trait(kind=Scope.Kind.AREA, area=SubFactory(AreaFactory))

    kind = Scope.Kind.AGENCY
