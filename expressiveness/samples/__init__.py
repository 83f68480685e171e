"""Synthetic sample interviews, rendered on this machine; start at `render_sample_interviews`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
