from reports.admin.cases import TipAdmin
from reports.admin.catalogue import ChannelAdmin, QuestionnaireAdmin, RecipientAdmin
from reports.admin.disclosures import DisclosureAdmin

__all__ = [
    "ChannelAdmin",
    "DisclosureAdmin",
    "QuestionnaireAdmin",
    "RecipientAdmin",
    "TipAdmin",
]
