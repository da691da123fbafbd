from bottle import route, run
from greeting import greet


@route("/")
def index():
    return greet()


run(host="0.0.0.0", port=8000, quiet=True)
