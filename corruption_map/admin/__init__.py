from corruption_map.admin.catalogue import (
    DetectionSourceAdmin,
    SourceDocumentAdmin,
    SphereAdmin,
)
from corruption_map.admin.comment import PublicCommentAdmin
from corruption_map.admin.measure import (
    EvidenceAdmin,
    MeasureAdmin,
    ProgressReportAdmin,
)
from corruption_map.admin.position import RiskAnalysisAdmin, VulnerablePositionAdmin
from corruption_map.admin.risk import RiskAdmin

__all__ = [
    "DetectionSourceAdmin",
    "EvidenceAdmin",
    "MeasureAdmin",
    "ProgressReportAdmin",
    "PublicCommentAdmin",
    "RiskAdmin",
    "RiskAnalysisAdmin",
    "SourceDocumentAdmin",
    "SphereAdmin",
    "VulnerablePositionAdmin",
]
