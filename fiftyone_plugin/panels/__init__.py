"""The panels, one a file."""

from .review import ReviewPanel
from .timeline_panel import TimelinePanel

PANELS = (ReviewPanel, TimelinePanel)
