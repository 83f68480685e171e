from .table_store import Extracted, ExtractionReport, Job, alone_in_store, fill_store, table_name

__all__ = [
    "Extracted",
    "ExtractionReport",
    "Job",
    "alone_in_store",
    "fill_store",
    "table_name",
]
