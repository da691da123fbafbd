import logging
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import humanize

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{humanize.intcomma(1234567)} {self.path}\n".encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        logging.getLogger("shop").info(format, *args)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
logging.info("it's started")
HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
