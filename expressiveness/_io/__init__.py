"""Files: written whole or not at all, locked, on this machine or elsewhere. For the package's own use."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
