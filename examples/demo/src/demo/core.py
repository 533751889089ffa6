"""Greets, with a word from another module and one from a data file."""

import pkgutil

from demo import latin
from demo import größe


def main():
    """Print one line for each source of words."""
    data = pkgutil.get_data("demo", "words.txt").decode("utf-8").strip()
    print(data, latin.WORD, größe.WORD)
    return 0
