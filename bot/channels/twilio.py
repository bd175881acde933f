"""What SMS and WhatsApp share: Twilio's signature, its REST API, its error codes and its status callbacks.

It knows nothing of what a message says, nor how each channel shapes it. Facts: `shared/channels.md` sections 2 and 10.
"""

import json
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from bot.channels.errors import MEANINGS, Meaning, Then, meaning
from bot.channels.form import Form, read_form
from bot.messages import Address, ChannelName, Ending, Inbound, Receipt
from bot.pace import Pace
from conversations.message import Message

log = logging.getLogger(__name__)

LIMIT = 1600
"""The longest Body (https://www.twilio.com/docs/api/errors/21617)."""

_OUTCOMES: dict[Then, Outcome] = {
    "stop": Outcome.STOPPED,
    "again": Outcome.NOT_SENT,
    "closed": Outcome.CLOSED,
    "perhaps": Outcome.PERHAPS,
    "refuse": Outcome.REFUSED,
    "nothing": Outcome.REFUSED,
}

# A callback comes once the message was taken, so there is no doubt about it any more.
_ENDINGS: dict[Then, Ending | None] = {
    "stop": "stopped",
    "again": "again",
    "closed": "closed",
    "perhaps": "refused",
    "refuse": "refused",
    "nothing": None,
}

_ARRIVED = ("delivered", "read")
_FAILED = ("undelivered", "failed")

_ALERT_EVERY = 600.0  # s, for each code

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
        self._alerted: dict[str, float] = {}  # when the operator was told of a code; there are few

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

    async def send(self, address: Address, payload: Payload) -> str | None:
        """Create one message; its MessageSid. Raises SendError."""
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
            raise self._send_error(response)
        return _sid(response)

    async def was_sent(self, address: Address, payload: Payload, since: float) -> bool | None:
        """Whether Twilio has a message with this text to this person since then. Raises SendError when it does not say.

        Only the newest messages are looked at, without Twilio's filter by date: it tests the date of sending, which a
        message still in the queue does not have.
        """
        earliest = datetime.fromtimestamp(since, UTC) - _CLOCKS_DIFFER
        try:
            response = await self._call("GET", params={"To": address.user, "PageSize": 20})
            if not response.ok:
                raise SendError(Outcome.NOT_SENT, str(response.status_code), _retry_after(response))
            return any(_matches(found, payload, earliest) for found in json.loads(response.text)["messages"])
        except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, KeyError) as error:
            raise SendError(Outcome.NOT_SENT, type(error).__name__) from None

    async def ask(self, method: str, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call another of Twilio's APIs, with a JSON body if any; its JSON object. Raises SendError."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            response = await self._client.request_async(method, url, data=body, headers=headers)
            if not response.ok:
                raise self._send_error(response)
            answer = json.loads(response.text)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SendError(Outcome.PERHAPS, type(error).__name__) from None
        if not isinstance(answer, dict):
            raise SendError(Outcome.PERHAPS, "no JSON object")
        return answer

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
        status, error = form["MessageStatus"], form.get("ErrorCode") or None
        receipt = Receipt(Address(self.name, form["To"]), id, status, error)
        if status in _ARRIVED:
            return replace(receipt, ending="delivered")
        if status not in _FAILED:
            return receipt
        known = meaning(int(error) if error and error.isdecimal() else 0)
        self._alert(error or "no code", known)
        return replace(receipt, ending=_ENDINGS[known.then], after=known.after or timedelta())

    def _alert(self, code: str, known: Meaning) -> None:
        """Tell the operator what a code means and what to do about it, now and then."""
        now = time.monotonic()
        if not known.todo or now - self._alerted.get(code, -_ALERT_EVERY) < _ALERT_EVERY:
            return
        self._alerted[code] = now
        log.error("%s: Twilio says %s: %s. To do: %s", self.name, code, known.what, known.todo)

    def _send_error(self, response: Response) -> SendError:
        status = response.status_code
        try:
            code = int(json.loads(response.text)["code"])
        except (ValueError, TypeError, KeyError):
            code = status
        known = MEANINGS.get(code)
        if known is None:
            # A server's error leaves open what it did with the message.
            outcome = Outcome.NOT_SENT if status == 429 else Outcome.PERHAPS if status >= 500 else Outcome.REFUSED
            return SendError(outcome, str(code), _retry_after(response))
        self._alert(str(code), known)
        return SendError(_OUTCOMES[known.then], str(code), _retry_after(response) or known.after)

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


def _sid(response: Response) -> str | None:
    try:
        return str(json.loads(response.text)["sid"])
    except (ValueError, TypeError, KeyError):
        return None


def _retry_after(response: Response) -> timedelta | None:
    seconds = (response.headers or {}).get("Retry-After", "")
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() else None


def _matches(found: Mapping[str, Any], payload: Payload, earliest: datetime) -> bool:
    """Whether a message of Twilio's list is the one we tried to send."""
    # A template's text is put together by Twilio; but nothing else is sent to a person meanwhile.
    same = "ContentSid" in payload or found["body"].strip() == payload["Body"].strip()
    return found["direction"] == "outbound-api" and same and parsedate_to_datetime(found["date_created"]) >= earliest
