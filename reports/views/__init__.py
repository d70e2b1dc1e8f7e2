from reports.views.keep import check_proof, feed
from reports.views.start import leave, start
from reports.views.statistics import statistics
from reports.views.visit import case, receipt
from reports.views.write import kept, write

__all__ = [
    "case",
    "check_proof",
    "feed",
    "kept",
    "leave",
    "receipt",
    "start",
    "statistics",
    "write",
]
