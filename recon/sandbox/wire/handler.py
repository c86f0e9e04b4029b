"""Answers one connection's requests: authorization, event streams, end-of-day reports, refusals."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import time
from datetime import date
from http.server import BaseHTTPRequestHandler
from typing import Final, cast
from urllib.parse import parse_qs, urlsplit

from recon.sandbox.books.aggregate import aggregate_report
from recon.sandbox.books.exact import encode
from recon.sandbox.books.model import Payload
from recon.sandbox.books.statements import account_payload, positions_report
from recon.sandbox.wire.cursor import UNPROCESSABLE, RefusedError, parse_selection
from recon.sandbox.wire.listener import Listener, end
from recon.sandbox.wire.paths import STREAM_PATHS
from recon.sandbox.wire.streaming import ConnectionDroppedError, Stream
from recon.sandbox.wire.transport import TransportFault

POSITIONS_PATH: Final = "/v1/reporting/eod/positions"
AGGREGATE_PATH: Final = "/v1/reporting/eod/aggregate_positions"
ACCOUNTS_PATH: Final = "/v1/trading/accounts/"
_OK, _UNAUTHORIZED, _NOT_FOUND = 200, 401, 404
_ACCOUNTS_PER_PAGE, _ACCOUNTS_PER_PAGE_MAX = 1000, 10000
_RATE_LIMIT = 1000
_CODE_FACTOR = 100_000  # the broker's codes begin with the HTTP status


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with kept connections; every event stream is a chunked response."""

    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        """Lets the listener know the connection, so that it can end it."""
        super().setup()
        self._listener.opened(self.connection)

    def finish(self) -> None:
        """Ends the connection quietly, whoever ended it first."""
        self._listener.finished(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        """Answers until the connection ends; a reader who leaves is no failure."""
        with contextlib.suppress(OSError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Says nothing: what was asked is in the sandbox's `requests`."""

    def do_GET(self) -> None:
        """Every request that the sandbox answers."""
        path = urlsplit(self.path).path
        fault = self._listener.asked(self.path, is_stream=path in STREAM_PATHS)
        try:
            if fault is not None and fault.kind == "status":
                self._fail(fault)
            elif not self._is_authorized():
                raise RefusedError(_UNAUTHORIZED, "request is not authorized")
            elif path in STREAM_PATHS:
                self._stream(path, fault)
            else:
                self._answer(_OK, self._report(path))
        except RefusedError as refusal:
            self._refuse(refusal.status, str(refusal), {})

    @property
    def _listener(self) -> Listener:
        return cast("Listener", self.server)

    def _is_authorized(self) -> bool:
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return False
        expected = ":".join(self._listener.credentials).encode()
        return scheme.lower() == "basic" and hmac.compare_digest(given, expected)

    def _report(self, path: str) -> Payload | list[Payload]:
        query = urlsplit(self.path).query
        asked = {key: values[-1] for key, values in parse_qs(query).items()}
        if path == POSITIONS_PATH:
            return self._positions(asked)
        if path == AGGREGATE_PATH:
            return self._aggregate(asked)
        account_id = path.removeprefix(ACCOUNTS_PATH).removesuffix("/account")
        if path != f"{ACCOUNTS_PATH}{account_id}/account":
            raise RefusedError(_NOT_FOUND, "endpoint not found")
        publication = self._listener.publication
        try:
            account = publication.account(account_id)
            asof, closing = publication.closing(account_id)
        except KeyError:
            raise RefusedError(_NOT_FOUND, f"account not found: {account_id}") from None
        return account_payload(account, closing, asof)

    def _aggregate(self, asked: dict[str, str]) -> list[Payload]:
        publication = self._listener.publication
        try:
            closing = publication.closing_on(date.fromisoformat(asked.get("date", "")))
        except ValueError:
            raise RefusedError(UNPROCESSABLE, "date is required as YYYY-MM-DD") from None
        if closing is None:
            return []
        everyone = asked.get("firm_accounts", "true").lower() != "false"
        firm = () if everyone else [a.account_id for a in publication.books.accounts if a.is_firm]
        symbols = asked["symbols"].split(",") if "symbols" in asked else ()
        return aggregate_report(closing, firm, symbols)

    def _positions(self, asked: dict[str, str]) -> Payload:
        asof, closing = self._listener.publication.closing()
        if asked.get("asof", asof.isoformat()) != asof.isoformat():
            raise RefusedError(UNPROCESSABLE, _other_date(asked["asof"], asof))
        limit, start = asked.get("limit", str(_ACCOUNTS_PER_PAGE)), _place(asked)
        if not limit.isdecimal() or not 1 <= int(limit) <= _ACCOUNTS_PER_PAGE_MAX:
            raise RefusedError(UNPROCESSABLE, f"limit must be 1 to 10000; got {limit}")
        page, following = positions_report(
            closing, asked.get("account_id", ""), asked.get("asset", ""), start, int(limit)
        )
        token = None if following is None else base64.b64encode(str(following).encode()).decode()
        return {"asof": asof.isoformat(), "next_page_token": token, "positions": page}

    def _stream(self, path: str, fault: TransportFault | None) -> None:
        name, is_v1 = STREAM_PATHS[path], path.startswith("/v1/")
        selection = parse_selection(urlsplit(self.path).query, name, is_v1=is_v1)
        self.send_response(_OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        feed = self._listener.publication.feeds[name]
        stream = Stream(feed, selection, self._chunk, self._listener.heartbeat_seconds, fault)
        try:
            stream.run()
        except ConnectionDroppedError:
            self.close_connection = True
            end(self.connection)
        else:
            self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _fail(self, fault: TransportFault) -> None:
        headers = {}
        if fault.retry_after:
            headers["Retry-After"] = str(fault.retry_after)
            headers["X-RateLimit-Reset"] = str(int(time.time()) + fault.retry_after)
        self._refuse(fault.status, f"planted status {fault.status}", headers)

    def _refuse(self, status: int, message: str, headers: dict[str, str]) -> None:
        self._answer(status, {"code": status * _CODE_FACTOR, "message": message}, headers)

    def _answer(
        self, status: int, payload: Payload | list[Payload], headers: dict[str, str] | None = None
    ) -> None:
        body = encode(payload).encode()
        used = len(self._listener.requests) % _RATE_LIMIT
        every = {
            "Content-Type": "application/json; charset=UTF-8",
            "Content-Length": str(len(body)),
            "X-RateLimit-Limit": str(_RATE_LIMIT),
            "X-RateLimit-Remaining": str(_RATE_LIMIT - used),
            "X-RateLimit-Reset": str(int(time.time()) + 60),
        } | (headers or {})
        if status == _UNAUTHORIZED:
            every["WWW-Authenticate"] = "Basic"
        self.send_response(status)
        for name, value in every.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _place(asked: dict[str, str]) -> int:
    """The place among the accounts that a page token stands for, 0 without one."""
    try:
        return int(base64.b64decode(asked.get("page_token", "MA=="), validate=True))
    except ValueError:
        raise RefusedError(UNPROCESSABLE, "page_token is not one of ours") from None


def _other_date(asked: str, asof: date) -> str:
    return f"asof {asked} does not match the latest available snapshot, {asof}"
