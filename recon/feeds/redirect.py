"""Which redirects are followed: those that ask the same question of the same host. Pure.

The credentials may go to the scheme, host and port of the settings and nowhere else. And what was
asked for must still be asked for: a redirect that drops `until` would be answered with another
window, whose clean end proves nothing of this one.
"""

from __future__ import annotations

import httpx

REDIRECTS_MAX = 5
STATUSES = (301, 302, 303, 307, 308)


def redirected(response: httpx.Response, asked: httpx.Request) -> httpx.Request | None:
    """The request that a redirect leads to, where it may be followed; else None. `asked` is the
    first of the row."""
    target = response.next_request if response.status_code in STATUSES else None
    if target is None or target.method != "GET" or target.url.userinfo:
        return None
    here, there = asked.url, target.url
    if (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
        return None
    wanted = here.params.multi_items()
    return target if sorted(wanted) == sorted(there.params.multi_items()) else None
