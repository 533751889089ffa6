# -*- coding: latin-1 -*-
"""A module in an encoding of its own (PEP 263)."""

café = "café"
