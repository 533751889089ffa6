"""A small package to pack: see ../../../../README.md."""

from demo.core import greeting

__all__ = ["greeting"]
