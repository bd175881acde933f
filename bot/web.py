"""The webhooks of the carriers and the health of the process. It knows routes and status codes, nothing else.

A webhook is answered at once and with nothing in it; replies go out through the outbox. Nothing here writes an address,
a text or a query string to a log: run the HTTP server without its access log, or with one that leaves them out.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import StatelessLifespan

from bot import logs
from bot.channels import Channel, Malformed, Refused, Request
from bot.channels.form import is_whatsapp, read_form
from bot.intake import Intake
from bot.messages import Arrival, ChannelName
from bot.outage import Outage
from bot.store import Unavailable

log = logging.getLogger(__name__)

BODY_LIMIT = 64 * 1024
"""Bytes of a request's body; the carriers send a few thousand."""

RETRY_AFTER = "5"
"""Seconds after which a carrier may deliver again while the store is away."""


def create_app(
    channels: Mapping[ChannelName, Channel],
    intake: Intake,
    *,
    ready: Callable[[], Awaitable[bool]],
    static_help: str,
    lifespan: StatelessLifespan[Starlette] | None = None,
) -> Starlette:
    """The web application.

    `channels` are those that are on; a webhook of another is answered 404. `ready` tells whether the store answers.
    `static_help` is what a person gets by Twilio's fallback while Rumbo itself cannot answer. `lifespan` is where the
    caller starts and stops what runs beside the webhooks.
    """
    hooks = _Webhooks(channels, intake, static_help)

    async def live(_: HttpRequest) -> Response:
        return PlainTextResponse("ok")

    async def answer_ready(_: HttpRequest) -> Response:
        return PlainTextResponse("ok") if await ready() else PlainTextResponse("store unavailable", 503)

    routes = [
        Route("/twilio/inbound", hooks.twilio, methods=["POST"]),
        Route("/twilio/status", hooks.twilio, methods=["POST"]),
        Route("/twilio/fallback", hooks.fallback, methods=["POST"]),
        Route("/telegram/{path}", hooks.telegram, methods=["POST"]),
        Route("/health/live", live),
        Route("/health/ready", answer_ready),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


class _Webhooks:
    def __init__(self, channels: Mapping[ChannelName, Channel], intake: Intake, static_help: str) -> None:
        self._channels = channels
        self._intake = intake
        self._outage = Outage(static_help)

    async def twilio(self, http: HttpRequest) -> Response:
        return await self._taken(http, _twilio_channel, _twiml)

    async def telegram(self, http: HttpRequest) -> Response:
        return await self._taken(http, lambda _: "telegram", Response)

    async def _taken(
        self, http: HttpRequest, name: Callable[[Request], ChannelName], answer: Callable[[], Response]
    ) -> Response:
        """Take what the request brings; 200 once it is safe, with what is owed to the carrier left for afterwards."""
        parsed = await self._parsed(http, name)
        if isinstance(parsed, Response):
            return parsed
        channel, arrivals = parsed
        try:
            owed = await self._intake.take(arrivals, channel)
        except Unavailable:
            log.warning("%s webhook answered 503: the store is away", channel.name)
            telling = BackgroundTask(self._outage.tell, arrivals, channel)
            return Response(status_code=503, headers={"Retry-After": RETRY_AFTER}, background=telling)
        response = answer()
        response.background = BackgroundTask(self._intake.settle, owed, channel)
        return response

    async def fallback(self, http: HttpRequest) -> Response:
        """A static help text for a person whose message could not be taken; it needs nothing but this process.

        Twilio has answered the words it handles itself, and a person who wrote STOP is not written to.
        """
        parsed = await self._parsed(http, _twilio_channel)
        if isinstance(parsed, Response):
            return parsed
        texts = self._outage.texts(parsed[1], parsed[0])
        if texts:
            log.warning("%s fallback used", parsed[0].name)
        return _twiml(texts)

    async def _parsed(
        self, http: HttpRequest, name: Callable[[Request], ChannelName]
    ) -> tuple[Channel, Sequence[Arrival]] | Response:
        """The channel and what came, or the answer that ends the matter."""
        body = await _body(http)
        if body is None:
            return Response(status_code=413)
        request = Request(http.url.path, http.url.query, dict(http.headers), body)
        channel = self._channels.get(name(request))
        if channel is None:
            return Response(status_code=404)
        try:
            return channel, channel.parse(request)
        except Refused:
            log.warning("%s webhook refused: the signature or secret is not right", channel.name)
            return Response(status_code=403)
        except Malformed as error:
            log.error("%s webhook makes no sense: %s", channel.name, error)
            return Response()
        except Exception as error:  # noqa: BLE001  # delivered again it would only fail again (FC-21)
            log.error("%s webhook could not be read: %s", channel.name, logs.told(error))
            return Response()


async def _body(http: HttpRequest) -> bytes | None:
    """The whole body, or None once it passes the limit: the rest is not read."""
    body = bytearray()
    async for chunk in http.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _twilio_channel(request: Request) -> ChannelName:
    try:
        return "whatsapp" if is_whatsapp(read_form(request.body)) else "sms"
    except ValueError:
        return "sms"  # which refuses it


def _twiml(messages: Iterable[str] = ()) -> Response:
    """TwiML that sends these texts (https://www.twilio.com/docs/messaging/twiml); by default none."""
    inner = "".join(f"<Message>{escape(text)}</Message>" for text in messages)
    content = f"<Response>{inner}</Response>" if inner else "<Response/>"
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{content}', media_type="text/xml")
