"""Canonical events to postings and proofs."""
