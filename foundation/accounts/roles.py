"""Which staff role may do what.

A role is a Django group. The table below is the whole truth: `sync_roles` gives each
group exactly these permissions, so that a right given by hand does not last.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Role:
    name: str
    label: StrPromise
    permissions: frozenset[str]


def _may(app: str, actions: str, models: str) -> frozenset[str]:
    return frozenset(
        f"{app}.{action}_{model}"
        for model in models.split()
        for action in actions.split()
    )


# What every role that works on the map reads.
_READ_THE_MAP = _may(
    "corruption_map",
    "view",
    "risk riskassessment riskanalysis measure deadlinechange evidence progressreport"
    " vulnerableposition publiccomment change sphere detectionsource sourcedocument",
) | _may("territory", "view", "area publicbody bodykind")
_IMPORT = frozenset(
    {
        "corruption_map.import_risk",
        "corruption_map.import_measure",
        "corruption_map.import_vulnerableposition",
    }
)
_WRITE_DRAFTS = _may(
    "corruption_map",
    "add change",
    "risk riskassessment riskanalysis measure evidence progressreport vulnerableposition",
) | _may("corruption_map", "add", "deadlinechange")
_PUBLISH = frozenset(
    {
        "corruption_map.review_risk",
        "corruption_map.verify_measure",
        "corruption_map.moderate_publiccomment",
    }
) | _may("corruption_map", "change", "publiccomment progressreport")

ROLES = [
    Role(
        "map editor",
        _("Map editor"),
        _READ_THE_MAP
        | _WRITE_DRAFTS
        | _IMPORT
        | _PUBLISH
        | _may("corruption_map", "add change", "sphere detectionsource sourcedocument")
        | _may("territory", "add change", "publicbody"),
    ),
    Role(
        "body officer",
        _("Anti-corruption officer of a body"),
        _READ_THE_MAP
        | _WRITE_DRAFTS
        | _IMPORT
        | {"corruption_map.report_measure", "corruption_map.reply_publiccomment"},
    ),
    Role(
        "tip recipient",
        _("Recipient of tips"),
        _may("reports", "view", "tip sealedmessage sealedfile recipient")
        | _may("reports", "view add change delete", "answertemplate")
        | {"reports.answer_tip"},
    ),
    Role(
        "tip operator",
        _("Operator who takes reports"),
        frozenset({"reports.take_tip"}),
    ),
    Role(
        "custodian",
        _("Custodian of tips"),
        _may("reports", "view", "tip recipient disclosure")
        | {"reports.decide_disclosure"},
    ),
    Role(
        "survey editor",
        _("Survey editor"),
        _may(
            "surveys",
            "view add change",
            "survey questionnaire item choice wave finding policyaction invitation"
            " weightscheme release reportedfigure",
        )
        | _may("surveys", "delete", "item choice")
        | _may("surveys", "view change", "opentext")
        | _may("surveys", "view", "estimate quotacount")
        | {"surveys.field_questionnaire", "surveys.publish_release"},
    ),
    Role(
        "course editor",
        _("Course editor"),
        _may(
            "courses",
            "view add change",
            "course courseversion module lesson block blocktext media texttrack"
            " questionbank question questionversion quiz quizslot requirement"
            " employment obligation extension",
        )
        | _may("courses", "delete", "module lesson block blocktext quizslot texttrack")
        | _may("courses", "add", "regrade")
        | _may(
            "courses",
            "view",
            "enrolment attempt certificate regrade itemstatistic quizstatistic"
            " trainedshare",
        )
        | _may("territory", "view", "publicbody")
        | {"courses.publish_courseversion", "courses.revoke_certificate"},
    ),
    Role(
        "volunteer coordinator",
        _("Volunteer coordinator"),
        _may(
            "volunteers",
            "view add change",
            "organisation membership initiative result checklistitem signup hours"
            " observation direction rule",
        )
        | _may("volunteers", "view add", "consenttext")
        | _may(
            "volunteers", "view", "volunteerprofile consent photo certificate letter"
        )
        | {"volunteers.review_volunteerprofile", "volunteers.run_initiative"},
    ),
    Role(
        "registrar",
        _("Registrar of convictions"),
        _may("convictions", "view add change", "subject judgment entry"),
    ),
    Role(
        "publisher",
        _("Publisher"),
        _READ_THE_MAP
        | _PUBLISH
        | _may("library", "view add change", "item edition itemchange topic")
        | _may(
            "indicators", "view add change", "indicator remark source unit breakdown"
        )
        | _may("indicators", "view add", "release observation")
        | _may("web_links", "view", "weblink")
        | {"library.publish_item", "indicators.publish_release"},
    ),
    Role(
        "administrator",
        _("Administrator"),
        _may("accounts", "view add change", "user")
        | _may("territory", "view add change delete", "scope")
        | _may(
            "territory", "view add change", "area areapopulation publicbody bodykind"
        )
        | _may("audit", "view", "auditevent")
        | _may("notifications", "view", "message subscription")
        | {"notifications.change_message"}
        | _may("portal", "view add change", "authority")
        | _may("reports", "view add change", "monthlyindex rewardrule")
        | _may("reports", "view add change delete", "questionnaire"),
    ),
]
LABELS = {role.name: role.label for role in ROLES}


def role_label(name: str) -> str:
    """Return a role's name in the reader's language."""
    return str(LABELS.get(name, name))


@transaction.atomic
def sync_roles() -> int:
    """Give every role exactly its permissions; return how many roles changed.

    Permissions of apps that are not installed are passed over. Groups that are no
    role are left alone.
    """
    known = dict(_permissions())
    return sum(_sync(role, known) for role in ROLES)


def _permissions() -> Iterator[tuple[str, int]]:
    rows = Permission.objects.values_list("content_type__app_label", "codename", "pk")
    for app, codename, pk in rows:
        yield f"{app}.{codename}", pk


def _sync(role: Role, known: dict[str, int]) -> bool:
    group, is_new = Group.objects.get_or_create(name=role.name)
    wanted = {known[name] for name in role.permissions if name in known}
    had = set(group.permissions.values_list("pk", flat=True))
    if wanted != had:
        group.permissions.set(wanted)
    return is_new or wanted != had
