"""Broker to messages, and how each stream ended."""
