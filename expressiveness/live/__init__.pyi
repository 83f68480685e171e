from .watching import LiveReport, run_live

__all__ = [
    "LiveReport",
    "run_live",
]
