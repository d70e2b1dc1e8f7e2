from reports.views.start import leave, start
from reports.views.visit import case, receipt
from reports.views.write import kept, write

__all__ = ["case", "kept", "leave", "receipt", "start", "write"]
