"""The 5 × 5 matrix of a risk as a table: number, word and marks in every cell."""

from collections.abc import Iterable
from dataclasses import dataclass

from corruption_map.models import Level, RiskAssessment


@dataclass(frozen=True)
class Cell:
    likelihood: int
    impact: int
    marks: list[RiskAssessment]

    @property
    def score(self) -> int:
        return self.likelihood * self.impact

    @property
    def level(self) -> Level | None:
        return Level.of(self.score)


@dataclass(frozen=True)
class MatrixRow:
    likelihood: int
    cells: list[Cell]


def newest_of_each_kind(
    assessments: Iterable[RiskAssessment],
) -> dict[str, RiskAssessment]:
    """Return the newest assessment of each kind; they come newest first."""
    newest: dict[str, RiskAssessment] = {}
    for assessment in assessments:
        newest.setdefault(assessment.kind, assessment)
    return newest


def matrix_of(assessments: Iterable[RiskAssessment]) -> list[MatrixRow]:
    """Return the rows from the greatest likelihood down, impact rising to the right."""
    marks: dict[tuple[int, int], list[RiskAssessment]] = {}
    for assessment in newest_of_each_kind(assessments).values():
        place = (assessment.likelihood, assessment.impact)
        marks.setdefault(place, []).append(assessment)
    return [
        MatrixRow(
            likelihood,
            [
                Cell(likelihood, impact, marks.get((likelihood, impact), []))
                for impact in range(1, 6)
            ],
        )
        for likelihood in range(5, 0, -1)
    ]
