"""Reviewers' decisions in the App: their states, history, and effect on predictions and training."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
