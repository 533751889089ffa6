"""Random valid programs of Python 3.11 to 3.15, as text: `Program(seed, version).text()`.

Text and not syntax trees, so that layouts come up that no unparser writes. Validity is kept by construction where that
is cheap (scopes, loops, what may stand in an annotation); what slips through must be refused by both sides.
`Sentence(seed, version)` is for what the grammar has and `Program` never writes; most of them are refused.
`Place(seed, version)` puts pieces of programs where they fit and where they do not.
"""
from .late import Late
from .place import Place
from .program import Program
from .sentence import Sentence

__all__ = ["Late", "Place", "Program", "Sentence"]
