"""A dataset of interviews: what it holds, what is kept with it, and one run on it at a time."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
