import humanize


def greet() -> str:
    return f"tick {humanize.intcomma(1234567)}\n"
