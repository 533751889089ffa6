"""Greets."""

from greeter.words import greeting

__all__ = ["greeting"]
