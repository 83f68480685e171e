from .deleted_datasets import leftovers, remove_leftovers
from .forget import forget_interview

__all__ = [
    "forget_interview",
    "leftovers",
    "remove_leftovers",
]
