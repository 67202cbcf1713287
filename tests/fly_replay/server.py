"""A server with the middleware in front of an app that answers everything.

Django itself is taken where it is installed; otherwise as much of it as the middleware uses is made here.
"""

import http.server
import sys
import types

try:
    from django.conf import settings

    settings.configure()
except ImportError:

    class HttpResponse(dict):
        def __init__(self, content="", status=200):
            self.status_code = status

    class MiddlewareMixin:
        def __init__(self, get_response):
            self.get_response = get_response

        def __call__(self, request):
            return self.process_request(request) or self.get_response(request)

    for name, members in {
        "django": {},
        "django.http": {"HttpResponse": HttpResponse},
        "django.utils": {},
        "django.utils.deprecation": {"MiddlewareMixin": MiddlewareMixin},
    }.items():
        sys.modules[name] = module = types.ModuleType(name)
        vars(module).update(members)

from django.http import HttpResponse  # noqa: E402
from middleware import FlyReplay  # noqa: E402

middleware = FlyReplay(lambda request: HttpResponse("app"))


class Handler(http.server.BaseHTTPRequestHandler):
    def handle_one_request(self):
        self.raw_requestline = self.rfile.readline()
        self.close_connection = True
        if not self.raw_requestline or not self.parse_request():
            return
        meta = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in self.headers.items()}
        # The two that CGI calls otherwise.
        for name in ["CONTENT_LENGTH", "CONTENT_TYPE"]:
            meta[name] = meta.pop("HTTP_" + name, "")
        request = types.SimpleNamespace(method=self.command, path=self.path.split("?")[0], META=meta)
        response = middleware(request)
        self.send_response(response.status_code)
        for name, value in response.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
