from .locking import LOCK_FILE, alone
from .npz import Columns, check_columns, is_whole, load_table, save_table
from .places import check_answers, file_stem, is_here, place
from .quiet import silence, silenced
from .whole_files import UNFINISHED, hidden_until_done, remove_unfinished, whole_file

__all__ = [
    "LOCK_FILE",
    "UNFINISHED",
    "Columns",
    "alone",
    "check_answers",
    "check_columns",
    "file_stem",
    "hidden_until_done",
    "is_here",
    "is_whole",
    "load_table",
    "place",
    "remove_unfinished",
    "save_table",
    "silence",
    "silenced",
    "whole_file",
]
