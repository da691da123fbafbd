import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import structlog

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)
log = structlog.get_logger()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"hello {self.path}\n".encode())

    def log_message(self, format, *args):
        log.info("request", path=self.path)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
log.info("started")
HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
