"""Where each event stream is served: its path, and the sandbox's name of the stream."""

from __future__ import annotations

from typing import Final

STREAM_PATHS: Final = {
    "/v2/events/trades": "trades",
    "/v1/events/nta": "nta",
    "/v2beta1/events/activities": "activities",
    "/v2/events/journals/status": "journal_status",
    "/v1/events/journals/status": "journal_status_v1",
    "/v1/events/transfers/status": "transfer_status",
    "/v2/events/funding/status": "funding_status",
    "/v1/events/accounts/status": "account_status",
    "/v2/events/admin-actions": "admin_action",
    "/v2/events/ipos": "ipo",
    "/v2/events/system": "system",
}
