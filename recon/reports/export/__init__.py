"""The ledger in the formats of two well-known programs, for a second opinion on it."""
