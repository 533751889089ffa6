from greeter import greeting


def test_greeting():
    assert greeting("you") == "Hello, you!"
