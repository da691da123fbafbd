"""Notes over HTTP, kept in one JSON file."""

import base64
import hmac
import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOTES_FILE = os.environ.get("NOTES_FILE", "notes.json")
PASSWORD = os.environ["NOTES_EDITOR_PASSWORD"]
LIMIT = int(os.environ.get("NOTES_LIMIT", "1000"))
lock = threading.Lock()


def load() -> list[str]:
    try:
        with open(NOTES_FILE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return []


def add(note: str) -> int:
    with lock:
        notes = [*load(), note][-LIMIT:]
        with open(NOTES_FILE, "w", encoding="utf-8") as file:
            json.dump(notes, file)
        return len(notes)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/healthz":
            self.answer(200, {"status": "ok"})
        elif self.path == "/notes":
            self.answer(200, load())
        else:
            self.answer(404, {"error": "not found"})

    def do_POST(self) -> None:
        if self.path != "/notes" or not self.may_edit():
            self.answer(401, {"error": "the password is wrong"})
            return
        length = min(int(self.headers.get("Content-Length", "0")), 10_000)
        self.answer(201, {"count": add(self.rfile.read(length).decode("utf-8", "replace"))})

    def may_edit(self) -> bool:
        expected = "Basic " + base64.b64encode(f"editor:{PASSWORD}".encode()).decode()
        return hmac.compare_digest(self.headers.get("Authorization", ""), expected)

    def answer(self, status: int, body: object) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


def main() -> None:
    server = ThreadingHTTPServer(("", int(os.environ.get("PORT", "8000"))), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print("notes are served on port", server.server_port, file=sys.stderr)
    server.serve_forever()


if __name__ == "__main__":
    main()
