from http.server import BaseHTTPRequestHandler, HTTPServer

from markupsafe import _speedups, escape


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{escape('<' + self.path + '>')} {_speedups.__name__}\n".encode())

    def log_message(self, *arguments):
        pass


HTTPServer(("", 8000), Handler).serve_forever()
