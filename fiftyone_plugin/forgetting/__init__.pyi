from .forget import forget_interview

__all__ = [
    "forget_interview",
]
