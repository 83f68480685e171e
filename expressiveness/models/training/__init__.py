"""What a model is trained on, and how: the settings, and the tables, labels and split in one record."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
