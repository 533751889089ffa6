def greeting(name="world"):
    return f"Hello, {name}!"


def main():
    print(greeting())
