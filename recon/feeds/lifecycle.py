"""The streams that say how things stand: the end of day, journals, funding, accounts, actions.

They move no money themselves. One stream of journals takes both versions, and so does one of
transfers: the states are the same, only the cursors differ.
"""

from __future__ import annotations

from recon.feeds.stream import Stream, columns

SYSTEM = Stream(
    name="system",
    path="/v2/events/system",
    identity=("event_id",),
    required=("event_at", "type", "system_date"),
    columns=columns(
        """
        event_at at:instant
        event_id :text
        type :text
        system_date :date
        """
    ),
)

JOURNAL_STATUS = Stream(
    name="journal_status",
    path="/v2/events/journals/status",
    identity=("event_ulid", "event_id"),
    required=("event_at", "journal_id", "status_to"),
    columns=columns(
        """
        event_at at:instant
        event_id :text
        journal_id :text
        entry_type :text
        status_from :text
        status_to :text
        account_number :text
        description :text
        batch_error_message :text
        idempotency_key :text
        """
    ),
)

# Deprecated by the broker in favour of funding_status; 410 for partners without access.
TRANSFER_STATUS = Stream(
    name="transfer_status",
    path="/v1/events/transfers/status",
    dated=True,
    removed="the broker ends this stream partner by partner: read funding_status, or bring in "
    "files of it with `recon ingest --stream transfer_status`",
    identity=("event_ulid", "event_id"),
    required=("account_id", "event_at", "transfer_id", "status_to"),
    columns=columns(
        """
        account_id :text
        event_at at:instant
        event_id :text
        transfer_id :text
        status_from :text
        status_to :text
        """
    ),
)

FUNDING_STATUS = Stream(
    name="funding_status",
    path="/v2/events/funding/status",
    dated=True,
    identity=("event_id",),
    required=("account_id", "event_at", "entity_id", "entity_type", "status_to"),
    columns=columns(
        """
        account_id :text
        event_at at:instant
        event_id :text
        entity_id :text
        entity_type :text
        status_from :text
        status_to :text
        reason :text
        """
    ),
)

# Its ULIDs of June 2023 to December 2024 were not unique and have been made anew. The schema spells
# share lending `fpsl`, the reference page `fspl`.
ACCOUNT_STATUS = Stream(
    name="account_status",
    path="/v1/events/accounts/status",
    dated=True,
    identity=("event_id", "event_ulid"),
    required=("account_id", "event_at"),
    columns=columns(
        """
        account_id :text
        event_at at:instant
        event_ulid :text
        account_number :text
        status_from :text
        status_to :text
        crypto_status_from :text
        crypto_status_to :text
        reason :text
        account_blocked :json
        trading_blocked :json
        pattern_day_trader :json
        admin_configurations :json
        kyc_results :json
        cash_interest :json
        fpsl fpsl|fspl:json
        options :json
        """
    ),
)

ADMIN_ACTION = Stream(
    name="admin_action",
    path="/v2/events/admin-actions",
    identity=("event_id",),
    required=("event_at", "type"),
    columns=columns(
        """
        event_at at:instant
        event_id :text
        type :text
        category :text
        note :text
        belongs_to_kind :text
        belongs_to_id belongs_to_id_reference:text
        belongs_to :json
        replaces_event_id :text
        transaction_id context.transaction_id:text
        entry_type context.entry_type:text
        symbol context.symbol:text
        context :json
        """
    ),
)

IPO = Stream(
    name="ipo",
    path="/v2/events/ipos",
    identity=("event_id",),
    required=("event_at", "verb"),
    columns=columns(
        """
        account_id :text
        event_at at:instant
        event_id :text
        verb :text
        offering_reference :text
        payload :json
        """
    ),
)

# Delivered by webhook, accounts and account groups in one.
UPVEST = Stream(
    name="upvest",
    path="",
    identity=("id",),
    required=("event_at", "type", "object_id"),
    columns=columns(
        """
        event_at created_at:instant
        type :text
        webhook_id :text
        object_id object.id:text
        object_created_at object.created_at:instant
        object_updated_at object.updated_at:instant
        object_type object.type:text
        status object.status:text
        account_group_id object.account_group_id:text
        name object.name:text
        account_number object.account_number:text
        securities_account_number object.securities_account_number:text
        business_id object.business_id:text
        users object.users:json
        """
    ),
)
