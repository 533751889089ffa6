"""Its one module."""


def greeting(name="world"):
    """What to say."""
    assert name, "nobody"
    return f"hello {name}"


def where():
    """The name that this code records."""
    return where.__code__.co_filename
