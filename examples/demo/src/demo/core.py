"""What the demo does."""

import argparse


def greeting(name: str = "world") -> str:
    """The words for `name`."""
    return f"hello, {name}"


def main() -> None:
    """The entry point."""
    parser = argparse.ArgumentParser(description="Greets.")
    parser.add_argument("name", nargs="?", default="world")
    print(greeting(parser.parse_args().name))
