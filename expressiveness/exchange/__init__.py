"""A study's predictions and decisions in the files of other tools, and decisions read from them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
