"""What SMS and WhatsApp share: Twilio's signature, its REST API, its error codes and its status callbacks.

It knows nothing of what a message says, nor how each channel shapes it. Facts: `shared/channels.md` sections 2 and 10.
"""

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator, get_signature_algorithm
from twilio.rest import Client

from bot.channels import Malformed, Outcome, Payload, Refused, Request, SendError
from bot.channels.form import Form, read_form
from bot.messages import Address, ChannelName, Inbound, Receipt
from bot.pace import Pace
from conversations.message import Message

LIMIT = 1600
"""The longest Body (https://www.twilio.com/docs/api/errors/21617)."""

# Error codes of the send call whose meaning is clearer than their HTTP status
# (https://www.twilio.com/docs/api/errors/20429 and so on).
_OUTCOMES = {
    20429: Outcome.NOT_SENT,  # too many requests at once: not processed
    21211: Outcome.STOPPED,  # no such number
    21610: Outcome.STOPPED,  # the person has opted out
    21611: Outcome.NOT_SENT,  # more than ten hours of messages queued on our number
    21614: Outcome.STOPPED,  # a landline
    63016: Outcome.CLOSED,  # WhatsApp: more than a day since the person wrote, by its own clock (FC-12)
}

# Error codes of status callbacks after which nothing more can reach this person.
_STOPPED = frozenset(
    [
        "21610",  # opted out; with a messaging service it shows only here (FC-11)
        "21614",  # a landline
        "30004",  # blocked: opted out, or do-not-disturb (https://www.twilio.com/docs/api/errors/30004)
        "30005",  # no such number
        "30006",  # a landline, or a carrier that cannot be reached
    ]
)

_CLOCKS_DIFFER = timedelta(seconds=3)


def utc_now() -> datetime:
    """The time; a channel takes it as an argument so that tests can fix it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Account:
    """What both channels need to know of the Twilio account.

    `secrets` are all that may sign a webhook now: auth tokens (two while one is being replaced) and the shared keys of
    Webhooks Rules. `public_url` is the one address that carriers are told, without a slash at the end; signatures are
    checked against it and never against what the process happens to see (FC-19); without it every webhook is refused.
    Calls are made as `user` (an API key, "SK…") with `password`; by default as the account with its first secret.
    `api` sends every call to another host (a stand-in); `timeout` is seconds for a whole call.
    """

    sid: str
    secrets: tuple[str, ...] = field(repr=False)
    public_url: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    api: str = ""
    timeout: float = 15.0


class Twilio(ABC):
    """A channel on Twilio, but for what its messages look like.

    `sender` is a number or a messaging service ("MG…"). `rate` is how many units it may send a second; None leaves
    the pace to Twilio, which queues for hours.
    """

    has_fallback = True

    def __init__(
        self, account: Account, sender: str, clock: Callable[[], datetime] = utc_now, *, rate: float | None = None
    ) -> None:
        self._account = account
        self._sender = {"MessagingServiceSid": sender} if sender.startswith("MG") else {"From": sender}
        self._clock = clock
        self._rate = rate

    @property
    @abstractmethod
    def name(self) -> ChannelName:
        """The channel's name in addresses."""

    @abstractmethod
    def render(self, message: Message) -> list[Payload]:
        """The message as parameters of Twilio's Messages resource, without the address."""

    @abstractmethod
    def read(self, form: Form, id: str) -> Inbound | None:
        """What a person did, or None when it was not a person. Raises Malformed."""

    def parse(self, request: Request) -> Sequence[Inbound | Receipt]:
        """Check the signature and read the form. Raises Refused or Malformed."""
        form = self._signed_form(request)
        id = form.get("MessageSid", "")
        if not id:
            raise Malformed("no MessageSid")
        if "MessageStatus" in form:
            return [self._receipt(form, id)]
        inbound = self.read(form, id)
        return [inbound] if inbound else []

    def shows(self, payload: Payload) -> str:
        """The text of a payload as the person sees it."""
        return str(payload["Body"])

    def pace(self, payload: Payload) -> Pace | None:
        """What our number may send in all."""
        sender = next(iter(self._sender.values()))
        return Pace(f"{self.name} {sender}", self._rate, self.units(payload)) if self._rate else None

    def units(self, payload: Payload) -> int:  # noqa: ARG002 - what most channels count is messages
        """How much of the rate a message takes."""
        return 1

    def pace_to(self, address: Address) -> Pace | None:  # noqa: ARG002
        """None: Twilio names no rate for one person."""
        return None

    async def send(self, address: Address, payload: Payload) -> None:
        """Create one message. Raises SendError."""
        data = {**payload, **self._sender, "To": address.user}
        if self._account.public_url:
            data["StatusCallback"] = f"{self._account.public_url}/twilio/status"
        try:
            response = await self._call("POST", data=data)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendError(Outcome.NOT_SENT, type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendError(Outcome.PERHAPS, type(error).__name__) from None
        if not response.ok:
            raise _send_error(response)

    async def was_sent(self, address: Address, payload: Payload, since: float) -> bool | None:
        """Whether Twilio has a message with this text to this person since then (POSIX seconds); None: cannot tell.

        Only the newest messages are looked at, without Twilio's filter by date: it tests the date of sending, which a
        message still in the queue does not have.
        """
        earliest = datetime.fromtimestamp(since, UTC) - _CLOCKS_DIFFER
        try:
            response = await self._call("GET", params={"To": address.user, "PageSize": 20})
            messages = json.loads(response.text)["messages"] if response.ok else None
            return None if messages is None else any(_matches(found, payload, earliest) for found in messages)
        except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, KeyError):
            return None

    async def acknowledge(self, ack: str) -> None:  # noqa: B027 - nothing to do is the whole of it
        """Nothing: Twilio is owed no call for a message."""

    async def close(self) -> None:
        """Close the connections, if any were made."""
        if "_http" in self.__dict__:
            await self._http.close()

    def _signed_form(self, request: Request) -> Form:
        """The form, once one of the secrets proves that Twilio signed it for our public address."""
        try:
            form = read_form(request.body)
        except ValueError:
            raise Refused from None
        if not self._account.public_url:
            raise Refused
        url = self._account.public_url + request.path + (f"?{request.query}" if request.query else "")
        signature = request.headers.get("x-twilio-signature", "")
        # A shared key of a Webhooks Rule signs with SHA-256 and says so; an auth token signs with SHA-1.
        algorithm = get_signature_algorithm(request.headers.get("x-twilio-webhooks-signature-settings"))
        if not any(RequestValidator(s).validate(url, form, signature, algorithm) for s in self._account.secrets):
            raise Refused
        return form

    def _receipt(self, form: Form, id: str) -> Receipt:
        if not form.get("To"):
            raise Malformed("status without To")
        error = form.get("ErrorCode") or None
        return Receipt(Address(self.name, form["To"]), id, form["MessageStatus"], error, stopped=error in _STOPPED)

    async def _call(
        self, method: str, *, params: dict[str, object] | None = None, data: dict[str, object] | None = None
    ) -> Response:
        url = f"https://api.twilio.com/2010-04-01/Accounts/{self._account.sid}/Messages.json"
        return await self._client.request_async(method, url, params=params, data=data)

    @cached_property
    def _client(self) -> Client:
        account = self._account
        user = account.user or account.sid
        password = account.password or account.secrets[0]
        return Client(user, password, account.sid, http_client=self._http)

    @cached_property
    def _http(self) -> "Http":
        """Made at the first call, because its session belongs to the running loop."""
        return Http(self._account.api, self._account.timeout)


class Http(AsyncHttpClient):
    """Twilio's calls on aiohttp, in place of the library's own client.

    That one form-encodes JSON bodies, sets no timeout, logs addresses in query strings and passes a parameter that
    aiohttp withdraws (`shared/channels.md` section 10). Nothing is repeated here: a message has no idempotency key.
    """

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True, timeout=timeout)
        self._base = base
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout, sock_connect=5))

    async def request(  # type: ignore[override] # the library's own asynchronous client overrides it so
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the library's signature; the session's timeout stands
        allow_redirects: bool = False,
    ) -> Response:
        """Make one call. Raises aiohttp.ClientError or TimeoutError."""
        all_headers = dict(headers or {})
        if auth:
            all_headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        is_json = all_headers.get("Content-Type") == "application/json"
        async with self._session.request(
            method,
            self._at_base(uri),
            params=params,
            json=data if is_json else None,
            data=None if is_json else data,
            headers=all_headers,
            allow_redirects=allow_redirects,
        ) as response:
            return Response(response.status, await response.text(), response.headers)

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    def _at_base(self, uri: str) -> str:
        if not self._base:
            return uri
        parts = urlsplit(uri)
        return self._base + parts.path + (f"?{parts.query}" if parts.query else "")


def _send_error(response: Response) -> SendError:
    try:
        code = int(json.loads(response.text)["code"])
    except (ValueError, TypeError, KeyError):
        code = response.status_code
    return SendError(_outcome(response.status_code, code), str(code), _retry_after(response))


def _outcome(status: int, code: int) -> Outcome:
    if code in _OUTCOMES:
        return _OUTCOMES[code]
    if status == 429:
        return Outcome.NOT_SENT
    # A server's error leaves open what it did with the message.
    return Outcome.PERHAPS if status >= 500 else Outcome.REFUSED


def _retry_after(response: Response) -> timedelta | None:
    seconds = (response.headers or {}).get("Retry-After", "")
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() else None


def _matches(found: Mapping[str, Any], payload: Payload, earliest: datetime) -> bool:
    """Whether a message of Twilio's list is the one we tried to send."""
    same = found["direction"] == "outbound-api" and found["body"].strip() == payload["Body"].strip()
    return same and parsedate_to_datetime(found["date_created"]) >= earliest
