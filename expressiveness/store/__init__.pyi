from .extraction_report import Extracted, ExtractionReport
from .table_store import Job, TableStore, alone_in_store, handing_over

__all__ = [
    "Extracted",
    "ExtractionReport",
    "Job",
    "TableStore",
    "alone_in_store",
    "handing_over",
]
