from .rendering import render_sample_interviews

__all__ = ["render_sample_interviews"]
