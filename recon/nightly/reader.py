"""What a run reads the broker with."""

from __future__ import annotations

from dataclasses import dataclass

import pendulum

from recon.archive.account_map import archive_account_map
from recon.archive.archive import Archive
from recon.archive.fee_rates import archive_fee_rates
from recon.archive.inbox import absorb
from recon.archive.manifest import Fetch
from recon.archive.replay import replay_window
from recon.feeds.broker import Broker
from recon.feeds.cursor import Cursor
from recon.feeds.streams import Stream
from recon.nightly.progress import Progress
from recon.settings import Settings
from recon.window import Window


@dataclass(frozen=True)
class Reader:
    """The broker, and the archive that takes what it says. `now` is when the run began: what
    happens after is for another run."""

    broker: Broker
    archive: Archive
    settings: Settings
    now: pendulum.DateTime
    progress: Progress

    def bring_in(self) -> None:
        """Archive what lies ready: delivered webhooks, the user's files of accounts and rates."""
        absorb(self.archive)
        if self.settings.accounts_file is not None:
            archive_account_map(self.archive, self.settings.accounts_file)
        if self.settings.fee_rates_file is not None:
            archive_fee_rates(self.archive, self.settings.fee_rates_file)

    def replay(self, stream: Stream, window: Window | Cursor) -> list[Fetch]:
        """Read a window of a stream, or between two ids, with its progress shown. Gives the
        manifest lines; the last may be unproven. Raises BrokerError."""
        with self.progress.tracked(f"replay {stream.name}") as count:
            return replay_window(self.broker, self.archive, stream, window, count)
