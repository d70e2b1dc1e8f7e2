import pytest
from django.contrib.auth.models import Group, Permission

from foundation.accounts.roles import LABELS, ROLES, role_label, sync_roles
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

NAMES = [
    "map editor",
    "body officer",
    "tip recipient",
    "tip operator",
    "custodian",
    "survey editor",
    "course editor",
    "volunteer coordinator",
    "registrar",
    "publisher",
    "administrator",
]


def permissions_of(name):
    rows = Permission.objects.filter(group__name=name)
    return {
        f"{app}.{codename}"
        for app, codename in rows.values_list("content_type__app_label", "codename")
    }


def all_permissions():
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def test_roles_are_those_of_the_design():
    assert list(LABELS) == NAMES
    assert set(Group.objects.values_list("name", flat=True)) >= set(NAMES)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_role_has_exactly_what_is_declared(role):
    assert permissions_of(role.name) == role.permissions & all_permissions()


def test_no_declared_permission_of_an_installed_app_is_misspelt():
    declared = set().union(*(role.permissions for role in ROLES))
    known = all_permissions()
    apps = {name.partition(".")[0] for name in known}

    assert {n for n in declared if n.partition(".")[0] in apps} <= known


@pytest.mark.parametrize(
    "permission",
    [
        "corruption_map.review_risk",
        "corruption_map.verify_measure",
        "corruption_map.moderate_publiccomment",
        "corruption_map.delete_risk",
        "corruption_map.change_publiccomment",
        "accounts.view_user",
        "audit.view_auditevent",
        "territory.change_scope",
    ],
)
def test_body_officer_may_not(permission):
    assert not UserFactory(staff=True, roles=["body officer"]).has_perm(permission)


@pytest.mark.parametrize(
    "permission",
    [
        "corruption_map.add_risk",
        "corruption_map.change_risk",
        "corruption_map.report_measure",
        "corruption_map.import_risk",
        "corruption_map.reply_publiccomment",
    ],
)
def test_body_officer_may(permission):
    assert UserFactory(staff=True, roles=["body officer"]).has_perm(permission)


@pytest.mark.parametrize("role", ["map editor", "publisher"])
@pytest.mark.parametrize(
    "permission",
    [
        "corruption_map.review_risk",
        "corruption_map.verify_measure",
        "corruption_map.moderate_publiccomment",
    ],
)
def test_agency_reviews_verifies_and_moderates(role, permission):
    assert UserFactory(staff=True, roles=[role]).has_perm(permission)


@pytest.mark.parametrize("role", [r for r in NAMES if r != "administrator"])
def test_only_the_administrator_gives_logins(role):
    assert not UserFactory(staff=True, roles=[role]).has_perm("accounts.change_user")


def test_right_given_by_hand_does_not_last():
    group = Group.objects.get(name="registrar")
    group.permissions.add(Permission.objects.get(codename="change_user"))

    assert sync_roles() == 1

    assert "accounts.change_user" not in permissions_of("registrar")


def test_sync_changes_nothing_the_second_time():
    assert sync_roles() == 0


def test_unknown_group_keeps_its_name():
    assert role_label("friends of the house") == "friends of the house"
