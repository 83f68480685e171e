"""The movement model, and the calibration of any measure of expressiveness."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
