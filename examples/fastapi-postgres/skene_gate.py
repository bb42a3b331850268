"""The gate in front of an ASGI app: counts what each user uses, and answers for the app when a plan is used up."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SubjectOf = Callable[[Scope], Awaitable[str | None]]

log = logging.getLogger(__name__)


class GateMiddleware:
    """Asks Skene's gate before a request reaches the app, and gives back what a request was charged that failed.

    `subject` says who asks, by what the client cannot choose; a request from nobody is left to the app. Only paths that begin
    with `prefix` are asked about: Starlette routes by the very same text, so no other spelling reaches those routes. While the
    gate's function cannot be reached, requests pass if `fail_open`, and are answered 503 otherwise.
    """

    def __init__(
        self, app: ASGIApp, *, subject: SubjectOf, prefix: str = "/", timeout: float = 3.0, fail_open: bool = True
    ) -> None:
        self.app = app
        self.subject = subject
        self.prefix = prefix
        self.timeout = timeout
        self.fail_open = fail_open
        self.url = f"{os.environ['SKENE_URL'].rstrip('/')}/api/gate"
        self.secret = os.environ["SKENE_SECRET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_gated = scope["type"] == "http" and scope["path"].startswith(self.prefix)
        subject = await self.subject(scope) if is_gated else None
        if subject is None:
            await self.app(scope, receive, send)
            return
        try:
            taken = await self._take(subject, scope)
        except (URLError, TimeoutError) as error:
            log.warning("The gate cannot be asked: %s", error)
            answer = self.app if self.fail_open else _unavailable()
            await answer(scope, receive, send)
            return
        refusal = _refusal(taken)
        if refusal is None:
            await self._run(taken, subject)(scope, receive, send)
        else:
            await refusal(scope, receive, send)

    def _run(self, taken: dict[str, Any], subject: str) -> ASGIApp:
        """The app, whose failures are not charged for. A client that goes away has had its request worked on."""

        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            async def give_back() -> None:
                try:
                    await self._ask({"action": "undo", "subject": subject, "hold": taken["hold"]})
                except (URLError, TimeoutError) as error:
                    log.warning("What %s was charged could not be given back: %s", subject, error)

            has_started = False

            async def answer(message: Message) -> None:
                nonlocal has_started
                if message["type"] == "http.response.start":
                    has_started = True
                    # Before the answer, so that a client which tries again at once is let in.
                    if message["status"] >= 500:
                        await give_back()
                    MutableHeaders(scope=message).update(taken["headers"])
                await send(message)

            try:
                await self.app(scope, receive, answer)
            except Exception:
                # Starlette's own handler has answered what an endpoint raised, and raises it again for the server's log.
                if not has_started:
                    await give_back()
                raise

        return run

    async def _take(self, subject: str, scope: Scope) -> dict[str, Any]:
        question = {"action": "take", "subject": subject, "method": scope["method"], "path": scope["path"]}
        key = Headers(scope=scope).get("idempotency-key")
        return await self._ask(question if key is None else {**question, "rid": f"client:{key}"})

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        return await asyncio.to_thread(self._post, question)

    def _post(self, question: dict[str, Any]) -> dict[str, Any]:
        request = Request(
            self.url,
            data=json.dumps(question).encode(),
            headers={"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"},
        )
        with urlopen(request, timeout=self.timeout) as response:
            return json.load(response)


def _refusal(taken: dict[str, Any]) -> Response | None:
    """The answer to a request that does not reach the app."""
    if not taken["allowed"]:
        return _problem(taken["refusal"], taken["headers"])
    if taken["replayed"]:
        # A constant key must not buy free calls.
        detail = "A request with this idempotency key was counted before; use another key for another request."
        return _problem({"title": "Already counted", "status": 409, "detail": detail}, {})
    return None


def _unavailable() -> Response:
    return _problem({"title": "Usage cannot be checked right now", "status": 503}, {"Retry-After": "5"})


def _problem(body: dict[str, Any], headers: dict[str, str]) -> Response:
    """A problem document (RFC 9457)."""
    return JSONResponse(
        body,
        status_code=body["status"],
        media_type="application/problem+json",
        headers={**headers, "Cache-Control": "no-store"},
    )
