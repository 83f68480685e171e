"""Videos: their frames as a plain decode from start to end shows them, and copies that every browser plays."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
