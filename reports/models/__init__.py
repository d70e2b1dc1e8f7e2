from reports.models.channel import (
    AnswerTemplate,
    Authority,
    Channel,
    Questionnaire,
    RecoveryKey,
    Salt,
)
from reports.models.figures import Figure, FiguresRelease
from reports.models.recipient import Recipient, SearchShard, VaultSession
from reports.models.reward import Gravity, MonthlyIndex, Reward, RewardRule
from reports.models.tip import (
    WARNING_DAYS,
    Deletion,
    Disclosure,
    PrivateNote,
    Recusal,
    SealedFile,
    SealedMessage,
    SpentProof,
    Tip,
    Wrap,
    late_on,
)

__all__ = [
    "WARNING_DAYS",
    "AnswerTemplate",
    "Authority",
    "Channel",
    "Deletion",
    "Disclosure",
    "Figure",
    "FiguresRelease",
    "Gravity",
    "MonthlyIndex",
    "PrivateNote",
    "Questionnaire",
    "Recipient",
    "RecoveryKey",
    "Recusal",
    "Reward",
    "RewardRule",
    "Salt",
    "SealedFile",
    "SealedMessage",
    "SearchShard",
    "SpentProof",
    "Tip",
    "VaultSession",
    "Wrap",
    "late_on",
]
