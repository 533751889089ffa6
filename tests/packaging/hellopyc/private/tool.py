"""A module outside of the interpreter's own path."""

from hellopyc import greeting

print(greeting())
