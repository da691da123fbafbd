import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from loguru import logger


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"hello {self.path}\n".encode())

    def log_message(self, format, *args):
        logger.info("request {path}", path=self.path)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
logger.info("started")
HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
