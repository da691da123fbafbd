from http.server import BaseHTTPRequestHandler, HTTPServer

import humanize


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{humanize.intcomma(1234567)} {self.path}\n".encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)


HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
