"""Any text of a settings file is settings, or one line that says why not."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given

from recon.errors import UsageError
from recon.settings import DEFAULTS, read_settings
from tests.fuzz.mutating import cases, mutated

FEW = """
home = "books"
calls_at_once = 3
lookback_days = 0
streams = "trades, nta"
accounts_file = "accounts.csv"
ca_file = "/etc/ca.pem"
readers = "group"
[assumptions]
opca_moves_cash = true
cost_method = "compressed_fifo"
"""
RIGHT = (
    "\n".join(f'{name} = "{value}"' for name, value in DEFAULTS.items() if value).encode(),
    FEW.encode(),
)


@cases(120)
@given(content=mutated(RIGHT))
@example(content=b"a = " + b"[" * 200_000)
@example(content=b"lookback_days = " + b"9" * 5000)
@example(content=b"lookback_days = 0x" + b"f" * 5000)
@example(content=b'home = "~nobody/books"')
@example(content=b'"a\\nb" = 1')
@example(content=b"[assumptions]\n'a\\u0001' = 0x" + b"f" * 5000)
@example(content=b'accounts_file = "a\\u0000b"')
def test_a_settings_file_is_read_or_refused_in_one_line(content: bytes) -> None:
    """Whatever is in it."""
    with tempfile.TemporaryDirectory() as place:
        config = Path(place) / "recon.toml"
        config.write_bytes(content)
        try:
            settings = read_settings({}, {}, config)
        except UsageError as error:
            assert str(error).isprintable(), repr(str(error))  # noqa: PT017 -- to be read is as right
            return
    assert settings.calls_at_once > 0
    assert str(settings.home).isprintable()


def test_the_right_ones_are_read(tmp_path: Path) -> None:
    """So that what is refused is refused for its change."""
    for number, content in enumerate(RIGHT):
        config = tmp_path / f"{number}.toml"
        config.write_bytes(content)
        assert read_settings({}, {}, config).given


@pytest.mark.parametrize("word", ["home", "accounts_file", "fee_rates_file", "ca_file"])
def test_a_path_that_no_system_has_is_refused(word: str, tmp_path: Path) -> None:
    """A zero byte, or the home of a user that there is not."""
    config = tmp_path / "recon.toml"
    for wrong in ("a\\u0000b", "~nobody-of-that-name/x"):
        config.write_text(f'{word} = "{wrong}"\n')
        if word != "home" and wrong.startswith("~"):
            continue  # taken as it is: a folder of that name
        with pytest.raises(UsageError, match=f"setting {word}"):
            read_settings({}, {}, config)
