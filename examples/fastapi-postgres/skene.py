"""Skene over plain HTTP: what a loop cannot see in a table is sent as a CloudEvents 1.0 event."""

import json
import logging
import os
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

SKENE_URL = os.environ["SKENE_URL"].rstrip("/")
SKENE_SECRET = os.environ["SKENE_SECRET"]

log = logging.getLogger(__name__)


def track(name: str, *, subject: str, event_id: str, data: dict[str, Any] | None = None) -> None:
    """Says that something happened to a user. The same `event_id` counts once, however often it is sent.

    A failure is logged and not raised: what the user did is done, whether or not it could be told.
    """
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/app",
        "type": name,
        "subject": subject,
        "data": data or {},
    }
    request = Request(
        f"{SKENE_URL}/api/events",
        data=json.dumps(event).encode(),
        headers={
            "Authorization": f"Bearer {SKENE_SECRET}",
            "Content-Type": "application/cloudevents+json",
        },
    )
    try:
        with urlopen(request, timeout=5):
            pass
    except URLError as error:
        log.warning("Skene did not take %s (%s): %s", name, event_id, error)
