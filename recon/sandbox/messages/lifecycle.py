"""Every stream that moves nothing, printed from the same facts: accounts and activities in."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from recon.sandbox.books.activities import Activity
from recon.sandbox.books.model import Account, Event
from recon.sandbox.messages.journals import journal_states
from recon.sandbox.messages.notices import admin_actions, offerings
from recon.sandbox.messages.openings import account_states
from recon.sandbox.messages.transfers import transfer_states


def lifecycle_of(
    rng: random.Random, accounts: Sequence[Account], activities: Sequence[Activity]
) -> Mapping[str, tuple[Event, ...]]:
    """The events of each stream by its name in the sandbox, in order of publication.

    `activities` are in time order.
    """
    journals, journals_v1 = journal_states(rng, activities)
    funding, transfers = transfer_states(rng, accounts, activities)
    return {
        "journal_status": journals,
        "journal_status_v1": journals_v1,
        "funding_status": funding,
        "transfer_status": transfers,
        "account_status": account_states(rng, accounts),
        "admin_action": admin_actions(rng, accounts, activities),
        "ipo": offerings(rng, accounts[1]),
    }
