from .adopting import adopt
from .blind_dataset import coding_dataset, study_of, view_to_code
from .code_store import codings_of, keep_codes, keep_codings, own_codes
from .coder_session import code_as, coder_here, is_blind

__all__ = [
    "adopt",
    "code_as",
    "coder_here",
    "coding_dataset",
    "codings_of",
    "is_blind",
    "keep_codes",
    "keep_codings",
    "own_codes",
    "study_of",
    "view_to_code",
]
