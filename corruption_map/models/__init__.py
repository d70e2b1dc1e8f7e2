from corruption_map.models.analysis import RiskAnalysis
from corruption_map.models.catalogue import DetectionSource, SourceDocument, Sphere
from corruption_map.models.change import Change
from corruption_map.models.comment import PublicComment
from corruption_map.models.counts import RiskCount
from corruption_map.models.measure import (
    DeadlineChange,
    Evidence,
    Measure,
    ProgressReport,
)
from corruption_map.models.position import VulnerablePosition
from corruption_map.models.risk import Level, Risk, RiskAssessment

__all__ = [
    "Change",
    "DeadlineChange",
    "DetectionSource",
    "Evidence",
    "Level",
    "Measure",
    "ProgressReport",
    "PublicComment",
    "Risk",
    "RiskAnalysis",
    "RiskAssessment",
    "RiskCount",
    "SourceDocument",
    "Sphere",
    "VulnerablePosition",
]
