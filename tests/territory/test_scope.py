import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError

from foundation.territory.models import PublicBody, Scope
from foundation.territory.permissions import in_scope, is_agency
from tests.factories.accounts import UserFactory
from tests.factories.territory import AreaFactory, PublicBodyFactory, ScopeFactory

pytestmark = pytest.mark.django_db


def seen_by(user):
    rows = PublicBody.objects.filter(in_scope(user, body="pk", area="area"))
    return set(rows)


def test_stranger_works_on_nothing():
    PublicBodyFactory()

    assert seen_by(AnonymousUser()) == set()


def test_staff_without_a_scope_work_on_nothing():
    PublicBodyFactory()

    assert seen_by(UserFactory(staff=True)) == set()


def test_body_officer_works_on_the_body_and_all_under_it():
    body = PublicBodyFactory()
    child = PublicBodyFactory(parent=body)
    grandchild = PublicBodyFactory(parent=child)
    PublicBodyFactory(area=body.area)
    scope = ScopeFactory(user=UserFactory(staff=True), kind="body", body=body)

    assert seen_by(scope.user) == {body, child, grandchild}


def test_body_officer_works_on_no_row_that_belongs_to_no_body():
    scope = ScopeFactory(user=UserFactory(staff=True), of_body=True)
    PublicBodyFactory()

    mine = in_scope(scope.user, body=None, area="area")

    assert not PublicBody.objects.filter(mine).exists()


def test_officer_of_a_part_does_not_work_on_the_whole():
    body = PublicBodyFactory()
    child = PublicBodyFactory(parent=body)
    scope = ScopeFactory(user=UserFactory(staff=True), kind="body", body=child)

    assert seen_by(scope.user) == {child}


def test_bodies_in_a_ring_are_counted_once():
    body = PublicBodyFactory()
    child = PublicBodyFactory(parent=body)
    PublicBody.objects.filter(pk=body.pk).update(parent=child)
    scope = ScopeFactory(user=UserFactory(staff=True), kind="body", body=body)

    assert seen_by(scope.user) == {body, child}


def test_staff_of_an_area_work_on_it_and_its_districts():
    area = AreaFactory()
    here = PublicBodyFactory(area=area)
    district = PublicBodyFactory(area=AreaFactory(parent=area, kind="district"))
    PublicBodyFactory()
    scope = ScopeFactory(user=UserFactory(staff=True), kind="area", area=area)

    assert seen_by(scope.user) == {here, district}


def test_agency_works_on_everything():
    body = PublicBodyFactory()
    scope = ScopeFactory(user=UserFactory(staff=True))

    assert seen_by(scope.user) == {body}


def test_superuser_without_a_scope_works_on_everything():
    body = PublicBodyFactory()

    assert seen_by(UserFactory(root=True)) == {body}


def test_closed_login_is_not_of_the_agency():
    scope = ScopeFactory(user=UserFactory(staff=True, is_active=False))

    assert not is_agency(scope.user)


def test_body_officer_is_not_of_the_agency():
    scope = ScopeFactory(user=UserFactory(staff=True), of_body=True)

    assert not is_agency(scope.user)


@pytest.mark.parametrize("kind", ["agency", "body", "area"])
@pytest.mark.parametrize("has_body", [False, True])
@pytest.mark.parametrize("has_area", [False, True])
def test_database_holds_only_scopes_that_name_what_their_kind_says(
    kind, has_body, has_area
):
    scope = Scope(
        user=UserFactory(),
        kind=kind,
        body=PublicBodyFactory() if has_body else None,
        area=AreaFactory() if has_area else None,
    )
    fits = (has_body, has_area) == (kind == "body", kind == "area")

    assert saves(scope) == fits


def saves(scope):
    try:
        scope.save()
    except IntegrityError:
        return False
    return True
