from .timeline_panel import TimelinePanel

__all__ = [
    "TimelinePanel",
]
