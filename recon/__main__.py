"""The program `recon`, which `python -m recon` is too: signals first, then what takes a while."""

from __future__ import annotations

from recon.signals import end_by_signals


def main() -> None:
    """Run the command line. Ends the process by its exit code."""
    end_by_signals()
    from recon.cli import main as commands  # noqa: PLC0415 -- a signal may come meanwhile

    commands()


if __name__ == "__main__":
    main()
