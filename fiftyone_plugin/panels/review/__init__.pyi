from .review_panel import ReviewPanel

__all__ = [
    "ReviewPanel",
]
