"""The order of the stages, and when a night may start."""
