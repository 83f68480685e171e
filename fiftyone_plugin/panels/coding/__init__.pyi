from .coding_panel import CodingPanel

__all__ = ["CodingPanel"]
