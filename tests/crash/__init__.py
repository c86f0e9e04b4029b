"""Faults at every call that changes a file, and power cuts, each followed by a plain rerun."""
