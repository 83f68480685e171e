"""The panels, one per folder."""

from .review import ReviewPanel
from .timeline import TimelinePanel

PANELS = (ReviewPanel, TimelinePanel)
