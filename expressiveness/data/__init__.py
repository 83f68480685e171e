"""Interviews: read and checked, their categories, who trains and who tests, what people decided about them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
