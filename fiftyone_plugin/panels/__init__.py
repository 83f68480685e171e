"""The panels, one a file."""

from .review_panel import ReviewPanel
from .timeline_panel import TimelinePanel

PANELS = (ReviewPanel, TimelinePanel)
