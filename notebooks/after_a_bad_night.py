"""After a bad night: what broke, why, and what the events say. Reads RECON_HOME, changes nothing.

RECON_HOME=/var/lib/recon marimo edit notebooks/after_a_bad_night.py
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="After a bad night")

with app.setup:
    import csv
    import html
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo
    import polars as pl
    from timeline import STEPS_DRAWN_MAX, picture, steps

    from recon.errors import ReconError
    from recon.nightly.standing import read_standing
    from recon.reports.explain import explain_break
    from recon.reports.findings import COLUMNS
    from recon.reports.summary import concentration, worst_first
    from recon.paths import folder
    from recon.warehouse.connect import connect

    ROWS_ASKED_MAX = 10_000
    NUMBERS = (
        "opening activity closing statement difference explained unexplained"
        " expected actual change books broker qty amount"
    ).split()


@app.function
def say(text, kind="warn"):
    """One sentence in a box. What the broker wrote stays text: nothing in it is obeyed."""
    if mo.app_meta().mode == "script":
        print(text)
    return mo.callout(mo.Html(f"<span>{html.escape(text)}</span>"), kind=kind)


@app.function
def ask(connection, sql, **params):
    """The rows that a query gives, as dicts."""
    relation = connection.sql(sql, params=params)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


@app.function
def report(name):
    """The SQL of one of the job's own reports."""
    return (folder("sql") / "reports" / f"{name}.sql").read_text("utf-8")


@app.function
def table(rows, **options):
    """Rows to read, or to choose from with `selection`. Numbers are exact texts, to the right."""
    frame = pl.DataFrame(rows, strict=False)
    if not frame.columns:
        return mo.md("Nothing.")
    right = {name: "right" for name in frame.columns if name in NUMBERS}
    options = {"selection": None, "show_column_summaries": False, **options}
    return mo.ui.table(frame, show_data_types=False, text_justify_columns=right, **options)


@app.cell(hide_code=True)
def _():
    mo.md("""
    # After a bad night

    The nightly job compares your books with the broker's, and calls each disagreement a **break**.
    This page helps to find out why one is there. It reads what the last night left in `RECON_HOME`
    and changes nothing. Read it from top to bottom: what the night found, the breaks, why the
    chosen one is a break, what happened to that position, whether the account adds up, and at the
    end a field for questions of your own. All times are UTC.
    """)
    return


@app.cell(hide_code=True)
def _():
    home_field = mo.ui.text(
        value=os.environ.get("RECON_HOME", "recon-home"), label="RECON_HOME", full_width=True
    )
    home_field
    return (home_field,)


@app.cell(hide_code=True)
def _(home_field):
    home = Path(home_field.value).expanduser()
    _file = home / "warehouse.duckdb"
    if not _file.is_file():
        _next = "name the job's folder in RECON_HOME, or run `recon run --date D` or `recon demo`"
        mo.stop(True, say(f"There is no {_file}: {_next}."))
    try:
        connection = connect(_file, read_only=True)
        night = ask(connection, "from night")[0]["system_date"]
        _report = home / "reports" / str(night) / "discrepancies.csv"
        with _report.open(newline="", encoding="utf-8") as _rows:
            found = worst_first(list(csv.DictReader(_rows)))
    except (duckdb.Error, OSError, ReconError) as _damage:
        _why = str(_damage).splitlines()[0]
        mo.stop(
            True,
            say(f"{_file} cannot be read: run `recon check --date D`. It says: {_why}", "danger"),
        )
    return connection, found, home, night


@app.cell(hide_code=True)
def _(connection, found, home, night):
    try:
        _standing = read_standing(home)
        _later = f" But {_standing.line}." if _standing.incomplete else ""
    except ReconError:
        _later = ""  # no night was certified yet: the one shown here says so of itself
    _rules = ask(connection, report("rules"))
    _unproven = [row["stream"] for row in ask(connection, "from coverage where not complete")]
    _breaks = sum(row["state"] == "break" for row in found)
    summary = (
        f"The night of {night}: {_breaks} breaks and {len(found) - _breaks} pending, of"
        f" {sum(row['checked'] for row in _rules):,} things checked by {len(_rules)} rules;"
        f" {sum(row['not_evaluated'] for row in _rules):,} could not be evaluated. "
    ) + (
        f"The input of {' and '.join(_unproven)} is not proven complete: nothing is certified."
        if _unproven
        else f"The input is proven complete.{_later}"
    )
    mo.vstack(
        [
            mo.md("## What the night found"),
            say(
                f"{summary} {concentration(found)}".strip(),
                "danger" if _unproven or _later else "warn" if found else "success",
            ),
            mo.md(
                "The rules that have something to say. *Pending* is awaited until its due date."
                " *Not evaluated* is no pass: something that the rule needs was missing."
            ),
            table(
                [row for row in _rules if row["break"] + row["pending"] + row["not_evaluated"]],
                hidden_columns=["within_tolerance"],
            ),
        ]
    )
    return (summary,)


@app.cell(hide_code=True)
def _(found):
    rule_filter, account_filter, severity_filter = (
        mo.ui.multiselect(sorted({row[_name] for row in found if row[_name]}), label=_label)
        for _name, _label in (("rule", "Rule"), ("account_id", "Account"), ("severity", "Severity"))
    )
    mo.md(f"""
    ## The breaks, worst first

    The rows of `discrepancies.csv`. S0 is the worst severity, S3 the mildest. *Expected* follows
    from the events, *actual* is what is there. **Choose a row**: everything below is about it.

    {mo.hstack([rule_filter, account_filter, severity_filter], justify="start")}
    """)
    return account_filter, rule_filter, severity_filter


@app.cell(hide_code=True)
def _(account_filter, found, rule_filter, severity_filter):
    _first = ("severity", "state", "rule", "symbol", "difference", "unit", "expected", "actual")
    breaks = pl.DataFrame(
        [
            row
            for row in found
            if row["rule"] in (rule_filter.value or [row["rule"]])
            and row["account_id"] in (account_filter.value or [row["account_id"]])
            and row["severity"] in (severity_filter.value or [row["severity"]])
        ],
        schema=dict.fromkeys(
            [*_first, *(name for name in COLUMNS if name not in _first)], pl.String
        ),
    )
    break_table = table(
        breaks,
        selection="single",
        initial_selection=[0] if len(breaks) else None,
    )
    break_table if found else say(
        "No breaks on this night: nothing to choose. The rest works for any account.", "success"
    )
    return break_table, breaks


@app.cell(hide_code=True)
def _(break_table):
    chosen = next(iter(break_table.value.to_dicts()), None)
    return (chosen,)


@app.cell(hide_code=True)
def _(chosen, connection, home):
    if chosen is None:
        mo.stop(True)
    try:
        explanation = explain_break(connection, home, chosen["break_id"])
    except (ReconError, OSError) as _damage:
        mo.stop(
            True, say(f"This break cannot be explained: {str(_damage).splitlines()[0]}", "danger")
        )
    _sent = [mo.plain_text(f"{place}\n{text}") for place, text in explanation.raw.items()]
    mo.vstack(
        [
            mo.md("## Why is it a break?"),
            say(explanation.sentence),
            mo.md(f"""
            First seen on {chosen["first_seen"]}, {chosen["age_business_days"]} business days ago. To
            say who works it: `recon breaks --say {chosen["break_id"]} --owner NAME --comment TEXT`.
            Below are the events around it; *named* are those that the rule points at.
            """),
            table(explanation.timeline),
            mo.accordion(
                {
                    "What the broker sent, exactly": mo.vstack(_sent)
                    if _sent
                    else mo.md("The rule points at no event: it misses one."),
                    "The rule: what must hold, and what clears the break": mo.plain_text(
                        explanation.sql
                    ),
                }
            ),
        ]
    )
    return (explanation,)


@app.cell(hide_code=True)
def _(chosen, connection):
    _first = ask(connection, "select min(account_id) as account_id from account_currencies")[0]
    account_field = mo.ui.text(
        value=(chosen or _first)["account_id"] or _first["account_id"] or "",
        label="Account",
        full_width=True,
    )
    _about = (
        ""
        if (chosen or {}).get("account_id")
        else "No break of an account is chosen, so here is any."
    )
    mo.md(f"""
    ## What happened to it, step by step

    One step for each event that moved the position, or the cash if you choose a currency, in the
    order in which the books count them: by booking day, corporate actions first. Where what the
    broker says leaves the blue line, look at that step. {_about}

    {account_field}
    """)
    return (account_field,)


@app.cell(hide_code=True)
def _(account_field, chosen, connection):
    account = account_field.value.strip()
    symbols = [
        row["symbol"]
        for row in ask(
            connection,
            "select distinct symbol from positions_proof where account_id = $account order by symbol",
            account=account,
        )
    ]
    currencies = [
        row["currency"]
        for row in ask(
            connection,
            "select currency from account_currencies where account_id = $account",
            account=account,
        )
    ]
    _wanted = [(chosen or {}).get(name) for name in ("symbol", "unit")]
    _choices = [*symbols, *currencies]
    commodity_field = mo.ui.dropdown(
        _choices,
        value=next((name for name in (*_wanted, *_choices) if name in _choices), None),
        label="Symbol or currency",
        searchable=True,
    )
    commodity_field if _choices else say(f"The books know no account {account!r}.")
    return account, commodity_field, currencies


@app.cell(hide_code=True)
def _(account, chosen, commodity_field, connection, currencies, found):
    commodity = commodity_field.value
    if commodity is None:
        mo.stop(True)
    timeline = steps(connection, account, commodity, is_cash=commodity in currencies, found=found)
    drawn = timeline[-STEPS_DRAWN_MAX:]
    chart = picture(drawn, commodity)
    _earlier = len(timeline) - len(drawn)
    _note = f" The {_earlier:,} steps before these are counted in." if _earlier else ""
    _elsewhere = (
        chosen is not None
        and chosen["account_id"] == account
        and chosen["rule"] not in " ".join(step["breaks"] for step in timeline)
    )
    _shown = [
        chart,
        mo.md(f"The same steps as exact numbers, the last first.{_note}"),
        table(drawn[::-1]),
    ]
    if _elsewhere:
        _shown[:0] = [say(f"What the chosen break names did not move {commodity}: try another.")]
    mo.vstack(_shown)
    return chart, timeline


@app.cell(hide_code=True)
def _(account, connection):
    positions, cash = (
        ask(
            connection,
            f"select * exclude account_id from (\n{report(_name)}\n) where account_id = $account"
            " order by difference in ('', '0'), 1",
            account=account,
        )
        for _name in ("positions_proof", "cash_proof")
    )
    mo.vstack(
        [
            mo.md("""
            ## Does the account add up?

            *Opening + activity = closing*, and *statement - closing = difference*. A difference is
            *explained* where a break of another rule on the same account is exactly as large; what
            stays *unexplained* is where to look further. An empty statement was not read that night.
            """),
            table(positions),
            table(cash),
        ]
    )
    return cash, positions


@app.cell(hide_code=True)
def _(connection):
    query_form = mo.ui.code_editor(
        "select rule, verdict, count(*) as things\nfrom verdicts\ngroup by all\norder by all",
        language="sql",
    ).form(submit_button_label="Ask")
    _tables = ask(
        connection,
        "select table_schema, table_name,"
        " string_agg(column_name, ', ' order by ordinal_position) as columns"
        " from information_schema.columns group by all order by table_schema desc, table_name",
    )
    mo.vstack(
        [
            mo.md("""
            ## Ask the warehouse yourself

            In DuckDB's SQL, read-only. The plain tables show the books as of this night; those of
            schema `events` show everything that is archived.
            """),
            mo.accordion({"Tables and their columns": table(_tables)}),
            query_form,
        ]
    )
    return (query_form,)


@app.cell(hide_code=True)
def _(connection, query_form):
    answer = None
    try:
        _relation = connection.sql(query_form.value or query_form.element.value)
        answer = None if _relation is None else _relation.limit(ROWS_ASKED_MAX).pl()
        _shown = mo.md("That statement gives no rows.") if answer is None else table(answer)
    except duckdb.Error as _refusal:
        _shown = say(str(_refusal).splitlines()[0])
    _shown
    return (answer,)


if __name__ == "__main__":
    app.run()
