"""Several coders in the App: what each says, side by side, and a dataset that shows them nothing else."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
