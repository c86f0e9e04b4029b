"""After a bad night: what broke, why, and what the events say. Reads RECON_HOME, changes nothing.

RECON_HOME=… marimo edit notebooks/after_a_bad_night.py     or `marimo run`, or plain `python`
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="After a bad night")

with app.setup:
    import html
    import json
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo
    import polars as pl

    from recon.breaks.log import known_before, read_log, said_of
    from recon.errors import ReconError
    from recon.reports.explain import explain_break
    from recon.reports.findings import as_rows, read_findings, sessions
    from recon.reports.summary import concentration, worst_first
    from recon.resources import folder
    from recon.rules.catalog import find_rules
    from recon.warehouse.connect import connect

    ROWS_DRAWN_MAX = 300  # more steps than that no eye follows
    ROWS_ASKED_MAX = 10_000


@app.function
def say(text, kind="info"):
    """A sentence in a box. Texts of the broker stay texts: nothing in them is obeyed."""
    if mo.app_meta().mode == "script":
        print(text)
    return mo.callout(mo.Html(f"<span>{html.escape(text)}</span>"), kind=kind)


@app.function
def rows_of(connection, sql, **params):
    """Every row as a dict."""
    relation = connection.sql(sql, params=params)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


@app.cell(hide_code=True)
def _():
    mo.md("""
    # After a bad night

    The nightly job compares your books with the broker's and calls every disagreement a **break**.
    This page helps to find out why one is there. It reads what the last night left in `RECON_HOME`
    and changes nothing, so nothing here can do harm. Read from top to bottom: what the night found,
    the breaks, why the chosen one is a break, what happened to that position, and at the end a
    field for questions of your own. All times are UTC.
    """)
    return


@app.cell
def _():
    home_field = mo.ui.text(
        value=os.environ.get("RECON_HOME", ""),
        label="RECON_HOME, the folder of the nightly job",
        placeholder="/var/lib/recon",
        full_width=True,
    )
    home_field
    return (home_field,)


@app.cell
def _(home_field):
    home = Path(home_field.value or "recon-home").expanduser()
    _file = home / "warehouse.duckdb"
    mo.stop(
        not _file.is_file(),
        say(f"No warehouse in {home}: name the job's folder above, or run `recon run --date D` first.",
            "warn"),
    )
    try:
        connection = connect(_file, read_only=True)
        night = rows_of(connection, """
            select max((until - interval 1 second) at time zone 'America/New_York')::date as night
            from coverage where stream = 'eod_positions'
        """)[0]["night"]
        _rules = find_rules()
        _said = read_log(home / "breaks")
        _known = known_before(_said, night)
        _findings = read_findings(connection, _known)
        found = worst_first(
            as_rows(_findings, _known, said_of(_said), _rules, night, sessions(connection))
        )
    except (duckdb.Error, ReconError, TypeError) as _damage:
        mo.stop(True, say(
            f"{_file} cannot be read as a night's warehouse: make it again with"
            f" `recon rebuild --date D`. ({str(_damage).splitlines()[0]})", "danger"))
    return connection, found, home, night


@app.cell
def _(connection, found, night):
    _open = [need["stream"] for need in rows_of(connection, "from coverage where not complete")]
    _checked = rows_of(connection, (folder("sql") / "reports" / "rules.sql").read_text("utf-8"))
    _breaks = sum(row["state"] == "break" for row in found)
    summary = (
        f"The night of {night}: {_breaks} breaks, {len(found) - _breaks} pending, of"
        f" {sum(row['checked'] for row in _checked):,} things checked by {len(_checked)} rules;"
        f" {sum(row['not_evaluated'] for row in _checked):,} could not be evaluated. "
    )
    summary += (
        f"The input of {', '.join(_open)} is not proven complete: nothing is certified."
        if _open else "The input is proven complete."
    )
    mo.vstack([
        mo.md("## What the night found"),
        say(summary, "danger" if _open else "warn" if _breaks else "success"),
        mo.md(concentration(found)),
        mo.md("Every rule that found something. *Pending* is awaited until its due date; *not"
              " evaluated* is not a pass, the rule lacked something that it needs."),
        mo.ui.table(
            pl.DataFrame([row for row in _checked if row["pass"] < row["checked"]], strict=False),
            selection=None, show_data_types=False, page_size=10,
        ),
    ])
    return (summary,)


@app.cell
def _(found):
    mo.stop(not found, say("No breaks on this night, so nothing to choose. The rest of the page"
                           " works for any account.", "success"))
    rule_filter, account_filter, severity_filter = (
        mo.ui.multiselect(sorted({row[_name] for row in found if row[_name]}), label=_label)
        for _name, _label in (("rule", "Rule"), ("account_id", "Account"), ("severity", "Severity"))
    )
    mo.vstack([
        mo.md("""
        ## The breaks, worst first

        The same rows as in `discrepancies.csv`, in the order in which they deserve attention. S0
        and S1 mean that money or shares are wrong. *expected* is what follows from the events,
        *actual* what is there. **Choose one row**; what follows is about it.
        """),
        mo.hstack([rule_filter, account_filter, severity_filter], justify="start"),
    ])
    return account_filter, rule_filter, severity_filter
