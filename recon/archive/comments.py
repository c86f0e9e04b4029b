"""Comments of the broker that nobody knows, and those that a person has accepted.

A reading with an unknown comment is not proven whole. Who has asked the broker what it means, and
heard that nothing was lost, accepts its text; that is a line of the manifest, so that every
certificate that rests on it names it. A comment that speaks of loss is known, and cannot be.
"""

from __future__ import annotations

from collections.abc import Iterable

from recon.archive.archive import Archive
from recon.archive.manifest import Fetch
from recon.errors import UsageError
from recon.feeds.stream_end import StreamEnd

ACCEPTED = "accepted_comment"  # the line that names a comment which a person has accepted


def accepted_comments(fetches: Iterable[Fetch]) -> frozenset[str]:
    """The unknown comments that prevent no proof."""
    lines = (fetch for fetch in fetches if fetch.stream == ACCEPTED)
    return frozenset(comment for line in lines for comment in line.unknown_comments)


def waiting_comments(fetches: Iterable[Fetch]) -> list[str]:
    """The unknown comments of all readings that nobody has accepted, each once, oldest first."""
    listed = list(fetches)
    accepted = accepted_comments(listed)
    heard = dict.fromkeys(comment for fetch in listed for comment in fetch.unknown_comments)
    return [comment for comment in heard if comment not in accepted]


def accept_comment(archive: Archive, text: str) -> bool:
    """Accept a comment from now on: whether it was not accepted before. Raises UsageError for one
    that no reading has brought."""
    if text in accepted_comments(archive.fetches):
        return False
    waiting = waiting_comments(archive.fetches)
    if text not in waiting:
        raise UsageError(
            expected="a comment that the broker has sent, to the letter",
            seen=repr(text[:100]),
            where="those that wait: " + (", ".join(map(repr, waiting)) or "none"),
            next_step="copy the text from the line that named it",
        )
    now = archive.started_at
    archive.record(ACCEPTED, now, now, StreamEnd("accepted", 0, 0, 0, (text,)))
    return True


def why_not_accepted(fetch: Fetch) -> str:
    """What a person has to do about a reading that ended with an unknown comment."""
    named = ", ".join(map(repr, fetch.unknown_comments))
    return (
        f"the broker sent the comment {named}, which may speak of lost events: ask it; if nothing"
        " is lost, accept the text with `recon accept-comment`"
    )
