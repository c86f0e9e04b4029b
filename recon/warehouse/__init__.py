"""Segments to canonical typed tables in one DuckDB file, which is a cache of the archive."""
