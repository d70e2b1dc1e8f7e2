from surveys.admin.fieldwork import InvitationAdmin, WaveAdmin
from surveys.admin.questionnaires import ItemAdmin, QuestionnaireAdmin, SurveyAdmin
from surveys.admin.results import (
    FindingAdmin,
    OpenTextAdmin,
    ReleaseAdmin,
    WeightSchemeAdmin,
)

__all__ = [
    "FindingAdmin",
    "InvitationAdmin",
    "ItemAdmin",
    "OpenTextAdmin",
    "QuestionnaireAdmin",
    "ReleaseAdmin",
    "SurveyAdmin",
    "WaveAdmin",
    "WeightSchemeAdmin",
]
