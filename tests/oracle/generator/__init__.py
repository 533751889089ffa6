"""Random valid programs of Python 3.13, 3.14 or 3.15, as text: `Program(seed, version).text()`.

Text and not syntax trees, so that layouts come up that no unparser writes. Validity is kept by construction where that
is cheap (scopes, loops, what may stand in an annotation); what slips through must be refused by both sides.
"""
from .program import Program

__all__ = ["Program"]
