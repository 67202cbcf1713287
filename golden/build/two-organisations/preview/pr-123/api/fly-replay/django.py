# Made by flyarch from two-organisations.toml for shop-api-pr-123: copy it into the app, and change it there.

"""Sends writes that arrive outside the primary region there.

The answer is the header fly-replay, on which the proxy of Fly.io repeats the request in the region of the database. The
header alone counts; the status is for people.

Copy it into the project as fly_replay.py, and put it in front of all other middleware in settings.py:

    MIDDLEWARE = ["project.fly_replay.FlyReplay", ...]

Limits:
- A body above 1 MB, or of unknown length, is not replayed: the proxy cannot repeat it. The app gets the request here,
  and writes across regions. Send uploads to a bucket.
- Requests that upgrade, such as websockets, are not replayed: what has been accepted here stays here.
- GET, HEAD and OPTIONS are reads, whatever they do. A read right after a write may not show it yet, because replicas
  are behind: answer a write with what it made, or read that from the primary.
- What was replayed once is never replayed again: with a wrong PRIMARY_REGION it would go round until the proxy stops it.
- Outside Fly.io, where PRIMARY_REGION and FLY_REGION are not set, nothing is replayed.
"""

import os

from django.http import HttpResponse
from django.utils.deprecation import MiddlewareMixin

READS = {"GET", "HEAD", "OPTIONS", "TRACE"}
LARGEST_BODY = 1_000_000

# What the paths begin with that are replayed; all when it is empty.
PATHS = []


class FlyReplay(MiddlewareMixin):
    """Serves WSGI and ASGI alike: MiddlewareMixin sees to that."""

    def process_request(self, request):
        primary, here = os.environ.get("PRIMARY_REGION"), os.environ.get("FLY_REGION")
        if not primary or not here or primary == here or not is_replayable(request):
            return None
        response = HttpResponse(status=409)
        response["fly-replay"] = f"region={primary}"
        return response


def is_replayable(request):
    meta = request.META
    if request.method in READS or "HTTP_FLY_REPLAY_SRC" in meta or "HTTP_UPGRADE" in meta:
        return False
    length = meta.get("CONTENT_LENGTH") or ""
    if length:
        small = length.isdecimal() and int(length) <= LARGEST_BODY
    else:
        small = "HTTP_TRANSFER_ENCODING" not in meta
    path = request.path + "/"
    return small and (not PATHS or any(path.startswith(start.rstrip("/") + "/") for start in PATHS))
