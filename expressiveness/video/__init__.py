"""Videos: reading their frames, probing them, and making copies that every browser plays."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
