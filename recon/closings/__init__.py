"""A day's balances, lines and open items, kept so that a later night can begin there."""
