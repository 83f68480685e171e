"""What people decide in the App: its states, its history, and what follows for predictions and training."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
