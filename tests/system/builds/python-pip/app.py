import os

from bottle import Bottle, run

app = Bottle()


@app.get("/")
def index():
    return {"service": "notes", "home": os.environ.get("HOME")}


@app.get("/notes/<name>")
def note(name):
    return {"note": name}


run(app, host="0.0.0.0", port=8000, quiet=True)
