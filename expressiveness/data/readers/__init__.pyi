from .crema_d import CremaDReader
from .csv_table import (
    COLUMNS_FILE,
    NEUTRAL_FILE,
    TABLE_FILE,
    ColumnMapping,
    CsvReader,
    CsvTable,
    taken_columns,
    write_table,
)
from .ravdess import RavdessReader
from .reader import Reader, RowChecks
from .recruitview import METADATA, RecruitViewReader, metadata_lines
from .recruitview_columns import ATTRIBUTES, DEFAULT_TARGET, TARGETS
from .video_files import VIDEO_ENDINGS, videos_in
from .videos_alone import VideosReader

__all__ = [
    "ATTRIBUTES",
    "COLUMNS_FILE",
    "DEFAULT_TARGET",
    "METADATA",
    "NEUTRAL_FILE",
    "TABLE_FILE",
    "TARGETS",
    "VIDEO_ENDINGS",
    "ColumnMapping",
    "CremaDReader",
    "CsvReader",
    "CsvTable",
    "RavdessReader",
    "Reader",
    "RecruitViewReader",
    "RowChecks",
    "VideosReader",
    "metadata_lines",
    "taken_columns",
    "videos_in",
    "write_table",
]
