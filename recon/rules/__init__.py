"""SQL files to verdicts: one row for each thing that was checked."""
