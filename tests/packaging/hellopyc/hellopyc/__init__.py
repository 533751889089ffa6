"""A package that is packed in every way."""

from .core import greeting

__all__ = ["greeting"]
