from .encoding import reencode
from .playable import make_playable
from .stills import save_stills

__all__ = [
    "make_playable",
    "reencode",
    "save_stills",
]
