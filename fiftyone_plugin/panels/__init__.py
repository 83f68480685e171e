"""The panels, one a folder."""

from .review import ReviewPanel
from .timeline import TimelinePanel

PANELS = (ReviewPanel, TimelinePanel)
