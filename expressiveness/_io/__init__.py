"""Internal helpers for files: atomic writing, locking, and paths on this machine or at a URL."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
