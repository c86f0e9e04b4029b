"""Messages to immutable segments, and the manifest that says what was asked and how it ended."""
