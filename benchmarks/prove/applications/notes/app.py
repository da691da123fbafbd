import argparse
import datetime
import os
import signal
import sqlite3
import sys
import zoneinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from render import render

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=9000)
port = parser.parse_args().port
database = sqlite3.connect(os.path.join(os.environ.get("NOTES_DIR", "/var/lib/notes"), "notes.db"), check_same_thread=False)
database.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/healthz":
            self.answer(200, "ok %s" % datetime.datetime.now().isoformat())
        elif self.path == "/":
            zone = datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo(os.environ["ZONE"])).utcoffset()
            count = database.execute("SELECT count(*) FROM notes").fetchone()[0]
            self.answer(200, render("index.html", owner=os.environ["OWNER"], count=count, zone=zone))
        elif self.path.startswith("/notes/"):
            row = database.execute("SELECT text FROM notes WHERE id = ?", (self.path[7:],)).fetchone()
            self.answer(200, render("note.html", id=self.path[7:], text=row[0])) if row else self.answer(404, "no such note")
        else:
            self.answer(404, "no such page")

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with database:
            number = database.execute("INSERT INTO notes (text) VALUES (?)", (text,)).lastrowid
        self.answer(201, str(number))


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
