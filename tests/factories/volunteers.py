from datetime import date, timedelta

from django.utils import timezone
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from tests.factories.accounts import UserFactory
from tests.factories.territory import AreaFactory
from volunteers.models import (
    ConsentText,
    Direction,
    Hours,
    Initiative,
    Membership,
    Observation,
    Organisation,
    SignUp,
    VolunteerProfile,
)


class DirectionFactory(DjangoModelFactory):
    class Meta:
        model = Direction

    code = Sequence(lambda n: f"direction-{n}")
    name_kk = Sequence(lambda n: f"{n}-бағыт")
    name_ru = Sequence(lambda n: f"Направление {n}")
    name_en = Sequence(lambda n: f"Direction {n}")


class ConsentTextFactory(DjangoModelFactory):
    class Meta:
        model = ConsentText

    purpose = ConsentText.Purpose.DATA
    version = "1"
    valid_from = date(2026, 1, 1)
    text_kk = "Келісемін"
    text_ru = "Согласен"
    text_en = "I agree"


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name_kk = Sequence(lambda n: f"{n}-ұйым")
    name_ru = Sequence(lambda n: f"Организация {n}")
    name_en = Sequence(lambda n: f"Organisation {n}")
    area = SubFactory(AreaFactory)
    state = Organisation.State.APPROVED


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    organisation = SubFactory(OrganisationFactory)
    user = SubFactory(UserFactory)
    role = Membership.Role.ADMINISTRATOR
    state = Membership.State.APPROVED


class ProfileFactory(DjangoModelFactory):
    class Meta:
        model = VolunteerProfile

    user = SubFactory(UserFactory)
    name = Sequence(lambda n: f"Volunteer {n}")
    email = Sequence(lambda n: f"volunteer{n}@example.org")
    language = "en"
    area = SubFactory(AreaFactory)
    languages = "kk ru"
    availability = VolunteerProfile.Availability.WEEKENDS
    age_band = VolunteerProfile.AgeBand.FROM_30
    state = VolunteerProfile.State.ACCEPTED


def in_days(days):
    return LazyFunction(lambda: timezone.now() + timedelta(days=days))


class InitiativeFactory(DjangoModelFactory):
    class Meta:
        model = Initiative

    direction = SubFactory(DirectionFactory)
    title_kk = Sequence(lambda n: f"{n}-бастама")
    title_ru = Sequence(lambda n: f"Инициатива {n}")
    title_en = Sequence(lambda n: f"Initiative {n}")
    text_kk = "Жолды қараймыз"
    text_ru = "Смотрим дорогу"
    text_en = "We look at a road"
    starts_at = in_days(7)
    ends_at = in_days(8)
    signup_until = in_days(6)
    slots = 2
    state = Initiative.State.OPEN


class SignUpFactory(DjangoModelFactory):
    class Meta:
        model = SignUp

    initiative = SubFactory(InitiativeFactory)
    profile = SubFactory(ProfileFactory)
    state = SignUp.State.ACCEPTED
    turn = Sequence(lambda n: n + 1000)


class HoursFactory(DjangoModelFactory):
    class Meta:
        model = Hours

    sign_up = SubFactory(SignUpFactory)
    proposed = 4


class ObservationFactory(DjangoModelFactory):
    class Meta:
        model = Observation

    initiative = SubFactory(InitiativeFactory)
    profile = SubFactory(ProfileFactory)
    reference = "Road A1, km 5"
    reference_key = "roada1,km5"
    area = SubFactory(AreaFactory)
    seen_on = date(2026, 5, 1)
    note_language = "en"
