"""Its one module."""


def greeting(name="world"):
    """What to say."""
    assert name, "nobody"
    return f"hello {name}"
