"""The panels, one per folder."""

from .coding import CodingPanel
from .review import ReviewPanel
from .timeline import TimelinePanel

PANELS = (CodingPanel, ReviewPanel, TimelinePanel)
