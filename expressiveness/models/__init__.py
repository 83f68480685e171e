"""Models: what they are given, how they learn, what they predict, how they are saved and exported."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
