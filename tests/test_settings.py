"""Settings: which source wins, what is refused, and that a secret never shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon.credentials import CREDENTIALS
from recon.errors import UsageError
from recon.settings import DEFAULTS, SANDBOX_URL, read_settings

SECRET = "do-not-show-me"  # noqa: S105 -- it opens nothing


def test_without_any_source_the_defaults_hold() -> None:
    """The broker's sandbox is the default, so that a first try cannot touch live books."""
    settings = read_settings({}, {}, None)
    assert settings.broker_url == SANDBOX_URL == "https://broker-api.sandbox.alpaca.markets"
    assert settings.home == Path("recon-home")
    assert settings.archive == Path("recon-home/archive")
    assert settings.credentials is None


def test_an_option_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    """And the file beats the default."""
    config = tmp_path / "recon.toml"
    config.write_text('home = "from-file"\nbroker_url = "https://file"\ncalls_at_once = 3\n')
    environment = {"RECON_HOME": "from-environment", "RECON_BROKER_URL": "https://environment"}
    settings = read_settings({"home": "from-option", "broker_url": None}, environment, config)
    assert settings.home == Path("from-option")
    assert settings.broker_url == "https://environment"
    assert settings.calls_at_once == 3


WORDS = {
    "home", "broker_url", "streams", "accounts_file", "fee_rates_file", "ca_file", "readers",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(DEFAULTS) - WORDS))
def test_every_number_can_be_set_in_the_environment_and_has_limits(name: str) -> None:
    """The message names both ways to set it."""
    variable = f"RECON_{name.upper()}"
    assert getattr(read_settings({}, {variable: "7"}, None), name) == 7
    for wrong in ("-1", "1.5", "seven", "999999999", "٣", " 7", "1e1"):
        with pytest.raises(UsageError, match=f"setting {name}") as caught:
            read_settings({}, {variable: wrong}, None)
        assert variable in str(caught.value)


def test_streams_are_a_list_and_the_accounts_and_rates_are_files(tmp_path: Path) -> None:
    """From the environment or the file, with commas or blanks; without, seven streams and none."""
    config = tmp_path / "recon.toml"
    config.write_text('streams = "activities, journal_status"\nfee_rates_file = "rates.csv"\n')
    settings = read_settings({}, {"RECON_ACCOUNTS_FILE": "accounts.csv"}, config)
    assert settings.streams == ("activities", "journal_status")
    assert settings.accounts_file == Path("accounts.csv")
    assert settings.fee_rates_file == Path("rates.csv")
    usual = read_settings({}, {}, None)
    assert (usual.streams[:2], len(usual.streams)) == (("trades", "nta"), 7)
    assert usual.accounts_file is None
    assert usual.fee_rates_file is None


def test_a_zero_in_the_file_is_a_value(tmp_path: Path) -> None:
    """No lookback is not the same as no setting."""
    config = tmp_path / "recon.toml"
    config.write_text("lookback_days = 0\n")
    assert read_settings({}, {}, config).lookback_days == 0


def test_an_empty_variable_is_none() -> None:
    """Schedulers pass variables that are not set as empty ones."""
    settings = read_settings({}, {"RECON_HOME": "", "RECON_LOOKBACK_DAYS": ""}, None)
    assert (settings.home, str(settings.lookback_days)) == (
        Path("recon-home"),
        DEFAULTS["lookback_days"],
    )


def test_the_first_complete_pair_of_credentials_wins() -> None:
    """Half a pair is passed over."""
    environment = {
        "RECON_BROKER_KEY": "half",
        "ALPACA_BROKER_API_KEY": "key",
        "ALPACA_BROKER_SECRET_KEY": SECRET,
        "APCA_API_KEY_ID": "other",
        "APCA_API_SECRET_KEY": "other",
    }
    credentials = read_settings({}, environment, None).need_credentials()
    assert (credentials.key, credentials.secret) == ("key", SECRET)
    assert credentials.source == "ALPACA_BROKER_API_KEY/ALPACA_BROKER_SECRET_KEY"
    assert SECRET not in repr(credentials)
    assert "key=" not in repr(credentials)


@pytest.mark.parametrize("pair", CREDENTIALS, ids="/".join)
def test_each_documented_pair_is_taken(pair: tuple[str, str]) -> None:
    """Those of the contract, in its order."""
    settings = read_settings({}, dict(zip(pair, ("k", "s"), strict=True)), None)
    assert settings.need_credentials().source == "/".join(pair)


def test_without_a_pair_the_variables_are_named() -> None:
    """Before anything is asked of the broker."""
    with pytest.raises(UsageError, match="set RECON_BROKER_KEY and RECON_BROKER_SECRET"):
        read_settings({}, {"RECON_BROKER_KEY": "half"}, None).need_credentials()


@pytest.mark.parametrize(
    "url",
    ["https://broker.example.com", "https://broker.example.com:8443/base/", "http://127.0.0.1:80",
     "http://[::1]:8080", "http://localhost:1", "https://10.0.0.1", "http://127.8.9.1"],
)  # fmt: skip
def test_https_anywhere_and_http_on_loopback_are_taken(url: str) -> None:
    """Without the slash at the end."""
    assert read_settings({"broker_url": url}, {}, None).broker_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["http://broker.example.com", "http://10.0.0.1", "http://127.0.0.1.example.com",
     "http://localhost.example.com", "http://0.0.0.0", "ftp://broker.example.com", "broker.example",
     "https://", "https:///path", "https://host:port", "https://host:99999",
     "https://[::1", "https://a b", "https://host\n", "https://a..b", f"https://{'a' * 64}.com",
     "https://ex\u0430mple.com", f"https://user:{SECRET}@host", f"https://{SECRET}@host/p?q#f",
     f"http://127.0.0.1/?key={SECRET}", f"http://127.0.0.1/#{SECRET}",
     f"https://a:{SECRET}@b:{SECRET}@host"],
)  # fmt: skip
def test_any_other_address_is_refused_without_showing_a_secret(url: str) -> None:
    """The key must not travel in clear, to a stranger, or into a log."""
    with pytest.raises(UsageError, match="setting broker_url") as caught:
        read_settings({"broker_url": url}, {}, None)
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_a_folder_or_absent_is_named(tmp_path: Path) -> None:
    """With the path that was tried."""
    for path in (tmp_path, tmp_path / "absent.toml"):
        with pytest.raises(UsageError, match="a readable TOML file") as caught:
            read_settings({}, {}, path)
        assert str(path) in str(caught.value)


def test_a_secret_in_the_file_is_refused_and_not_shown(tmp_path: Path) -> None:
    """Files are copied and committed; the name is enough to find it."""
    config = tmp_path / "recon.toml"
    config.write_text(f'broker_secret = "{SECRET}"\n')
    with pytest.raises(UsageError, match="saw broker_secret") as caught:
        read_settings({}, {}, config)
    assert SECRET not in str(caught.value)
    assert "secrets belong in the environment" in str(caught.value)


def test_the_assumptions_are_a_table_of_the_file(tmp_path: Path) -> None:
    """Truth values are taken as TOML has them."""
    config = tmp_path / "recon.toml"
    config.write_text('[assumptions]\nopca_moves_cash = true\ncost_method = "compressed_fifo"\n')
    settings = read_settings({}, {}, config)
    assert settings.assumptions == {"opca_moves_cash": "true", "cost_method": "compressed_fifo"}
    assert "assumptions" in settings.given
    assert read_settings({}, {}, None).assumptions == {}


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        ("[readings]\nopca_moves_cash = true\n", "saw readings, their name until 0.3.0"),
        ("[readings]\n[assumptions]\n", "saw readings, their name until 0.3.0"),
        ("assumptions = 5\n", "saw 5"),
    ],
)
def test_assumptions_under_the_older_name_are_refused(
    tmp_path: Path, content: str, seen: str
) -> None:
    """A choice that is not taken must not pass unseen; the line says the new name."""
    config = tmp_path / "recon.toml"
    config.write_text(content)
    with pytest.raises(UsageError, match=r"\[assumptions\]") as caught:
        read_settings({}, {}, config)
    assert seen in str(caught.value)
    assert str(config) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["a\\b", "a*b", "a?b", "a[b]", "a\nb", "a\x1bb", "a\u202eb", "a\udcffb", "s3:b", "/x/a*b"],
)  # fmt: skip
def test_a_home_that_some_library_reads_as_something_else_is_refused(name: str) -> None:
    """DuckDB would read every folder that the pattern fits, and make no word of it."""
    for options, environment in (({"home": name}, {}), ({}, {"RECON_HOME": name})):
        with pytest.raises(UsageError, match="setting home") as caught:
            read_settings(options, environment, None)
        assert ascii(name) in str(caught.value)
        assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "name", ["a b", "a'b", 'a"b', "\u00e4", "-a", "a{b,c}", "/x/a:b", "a%20#$~"]
)
def test_any_other_name_is_taken(name: str) -> None:
    """As it is."""
    assert read_settings({"home": name}, {}, None).home == Path(name)


@pytest.mark.parametrize("name", ["home", "broker_url"])
def test_an_option_without_a_value_is_not_the_default(name: str) -> None:
    """`--home "$UNSET"` must not write into the working folder."""
    with pytest.raises(UsageError, match=f"--{name.replace('_', '-')}"):
        read_settings({name: ""}, {}, None)


@pytest.mark.parametrize(
    "secret", ["sec ret", "secret\n", "s\u00e9cret", "secret\udcff", "\u200bs"]
)
def test_a_secret_that_no_header_can_carry_is_named_and_not_shown(secret: str) -> None:
    """A blank or a byte that came along when it was copied."""
    environment = {"RECON_BROKER_KEY": "key", "RECON_BROKER_SECRET": secret}
    with pytest.raises(UsageError, match="the variable RECON_BROKER_SECRET") as caught:
        read_settings({}, environment, None)
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ftp://example.com/secret?secret", "'ftp://example.com'"),
        ("https://secret@example.com/secret", "'example.com'"),
        ("http://example.com/secret/secret", "'http://example.com'"),
        ("secret", "a text of 6 characters"),
    ],
)
def test_of_a_refused_address_the_host_is_shown(url: str, shown: str) -> None:
    """A key may stand in its path, or be taken for the address itself."""
    with pytest.raises(UsageError) as caught:
        read_settings({"broker_url": url}, {}, None)
    assert f"saw {shown} (" in str(caught.value)
    assert "secret" not in str(caught.value)
