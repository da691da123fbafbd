import os
import string


def render(name, **values):
    with open(os.path.join(os.environ.get("TEMPLATES", "/nowhere"), name), encoding="utf-8") as file:
        return string.Template(file.read()).substitute(values)
