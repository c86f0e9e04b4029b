"""After a bad night: what broke, why, and what the events say. Reads RECON_HOME, changes nothing.

    RECON_HOME=/var/lib/recon marimo edit notebooks/after_a_bad_night.py
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
    from recon.reports.findings import COLUMNS, as_rows, read_findings, sessions
    from recon.reports.summary import concentration, worst_first
    from recon.resources import folder
    from recon.rules.catalog import find_rules
    from recon.warehouse.connect import connect

    STEPS_DRAWN_MAX = 300  # no eye follows more
    ROWS_ASKED_MAX = 10_000


@app.function
def say(text, kind="info"):
    """One sentence in a box. What the broker wrote stays text: nothing in it is obeyed."""
    if mo.app_meta().mode == "script":
        print(text)
    return mo.callout(mo.Html(f"<span>{html.escape(text)}</span>"), kind=kind)


@app.function
def rows_of(connection, sql, **params):
    """Every row as a dict."""
    relation = connection.sql(sql, params=params)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


@app.function
def table(rows, **options):
    """Rows to read, or to choose from with `selection`."""
    options = {"selection": None, "page_size": 10, "show_column_summaries": False, **options}
    return mo.ui.table(rows, show_data_types=False, **options)


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
        mo.stop(True, say(
            f"There is no {_file}: write the job's folder in the field above, or run"
            " `recon run --date D` first (`recon demo` makes one to try).", "warn"
        ))
    try:
        connection = connect(_file, read_only=True)
        night = rows_of(connection, """
            select max(since at time zone 'America/New_York')::date as night
            from coverage where stream = 'eod_positions'
        """)[0]["night"]
        _log = read_log(home / "breaks")
        _known = known_before(_log, night)
        found = worst_first(as_rows(
            read_findings(connection, _known), _known, said_of(_log), find_rules(), night,
            sessions(connection),
        ))
    except (duckdb.Error, ReconError) as _damage:
        mo.stop(True, say(
            f"{_file} is not a warehouse of this release: make it again with"
            f" `recon rebuild --date D`. It says: {str(_damage).splitlines()[0]}", "danger"
        ))
    return connection, found, home, night


@app.cell(hide_code=True)
def _(connection, found, night):
    _unproven = [need["stream"] for need in rows_of(connection, "from coverage where not complete")]
    _rules = rows_of(connection, (folder("sql") / "reports" / "rules.sql").read_text("utf-8"))
    _breaks = sum(row["state"] == "break" for row in found)
    summary = (
        f"The night of {night}: {_breaks} breaks and {len(found) - _breaks} pending, of"
        f" {sum(row['checked'] for row in _rules):,} things checked by {len(_rules)} rules;"
        f" {sum(row['not_evaluated'] for row in _rules):,} could not be evaluated. "
    ) + (
        f"The input of {' and '.join(_unproven)} is not proven complete: nothing is certified."
        if _unproven else "The input is proven complete."
    )
    mo.vstack([
        mo.md("## What the night found"),
        say(summary, "danger" if _unproven else "warn" if _breaks else "success"),
        mo.md(concentration(found)),
        mo.md("These rules did not pass everything. *Pending* is awaited until its due date."
              " *Not evaluated* is no pass: something that the rule needs is missing."),
        table([row for row in _rules if row["pass"] < row["checked"]]),
    ])
    return (summary,)


@app.cell(hide_code=True)
def _(found):
    rule_filter, account_filter, severity_filter = (
        mo.ui.multiselect(sorted({row[_name] for row in found if row[_name]}), label=_label)
        for _name, _label in (("rule", "Rule"), ("account_id", "Account"), ("severity", "Severity"))
    )
    mo.vstack([
        mo.md("""
        ## The breaks, worst first

        The rows of `discrepancies.csv`, with what people have said of them by now. S0 is the worst
        severity, S3 the mildest. *Expected* follows from the events, *actual* is what is there.
        **Choose a row**: everything below is about it.
        """),
        mo.hstack([rule_filter, account_filter, severity_filter], justify="start"),
    ])
    return account_filter, rule_filter, severity_filter


@app.cell(hide_code=True)
def _(account_filter, found, rule_filter, severity_filter):
    _first = ("severity", "state", "rule", "account_id", "symbol", "subject", "expected", "actual",
              "difference", "unit", "age_business_days", "owner")
    breaks = pl.DataFrame(
        [
            row for row in found
            if row["rule"] in (rule_filter.value or [row["rule"]])
            and row["account_id"] in (account_filter.value or [row["account_id"]])
            and row["severity"] in (severity_filter.value or [row["severity"]])
        ],
        schema=dict.fromkeys([*_first, *(name for name in COLUMNS if name not in _first)], pl.String),
    )
    break_table = table(
        breaks, selection="single", initial_selection=[0] if len(breaks) else None,
        freeze_columns_left=["severity", "state", "rule"],
        text_justify_columns=dict.fromkeys(("expected", "actual", "difference"), "right"),
    )
    break_table if found else say("No breaks on this night: nothing to choose, the books agree."
                                  " The rest of the page works for any account.", "success")
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
        mo.stop(True, say(f"This break cannot be explained: {str(_damage).splitlines()[0]}", "danger"))
    _sent = [f"{place}\n{text}" for place, text in explanation.raw.items()]
    mo.vstack([
        mo.md("## Why is it a break?"),
        say(explanation.sentence, "warn"),
        mo.md(f"""
        First seen on {chosen["first_seen"]}, {chosen["age_business_days"]} business days ago. Say who
        works it: `recon breaks --say {chosen["break_id"]} --owner NAME --comment TEXT`. These are the
        events around it; `named` are the ones that the rule points at.
        """),
        table(explanation.timeline),
        mo.accordion({
            "What the broker sent, exactly": mo.vstack([mo.plain_text(text) for text in _sent])
            if _sent else mo.md("The rule points at no event: it is about one that is not there."),
            "The rule: what must hold, and what clears the break": mo.plain_text(explanation.sql),
        }),
    ])
    return (explanation,)


@app.cell(hide_code=True)
def _(chosen, connection):
    _someone = rows_of(connection, "select min(account_id) as account_id from account_currencies")
    account_field = mo.ui.text(
        value=(chosen or {}).get("account_id") or _someone[0]["account_id"] or "",
        label="Account", full_width=True,
    )
    return (account_field,)


@app.cell(hide_code=True)
def _(account_field, chosen, connection):
    account = account_field.value.strip()
    _held = rows_of(connection, """
        select symbol as commodity, 1 as rank from positions_proof where account_id = $account
        union all
        select currency, 2 from cash_proof where account_id = $account
        order by rank, commodity
    """, account=account)
    currencies = [row["commodity"] for row in _held if row["rank"] == 2]
    _choices = [row["commodity"] for row in _held]
    _wanted = [(chosen or {}).get(name) for name in ("symbol", "unit")]
    commodity_field = mo.ui.dropdown(
        _choices, label="Symbol or currency", searchable=True,
        value=next((name for name in _wanted if name in _choices), (_choices or [None])[0]),
    )
    mo.vstack([
        mo.md("""
        ## What happened to it, step by step

        One step for each event that touched the position, or the cash if you choose a currency, in
        the order in which the books count them: by booking day, corporate actions first, then by
        the broker's time. Where the broker's own numbers leave the blue line, look at that step.
        """),
        account_field,
        commodity_field if _choices else say(
            f"The books know no account {account!r}: copy an account_id from a table.", "warn"),
    ])
    return account, commodity_field, currencies


@app.cell(hide_code=True)
def _(account, commodity_field, connection, currencies, found):
    commodity = commodity_field.value
    if commodity is None:
        mo.stop(True)
    timeline = rows_of(connection, """
        with happened as (
            select 0 as part, 'opening' as what, '' as event, opening.system_date,
                null::timestamptz as event_at, 0 as received, qty as change, null as broker
            from opening_positions cross join opening
            where account_id = $account and symbol = $commodity and not $is_cash
            union all
            select 0, 'opening', '', opening.system_date, null, 0, cash, null
            from opening_cash cross join opening
            where account_id = $account and currency = $commodity and $is_cash
            union all
            select if(corporate_action, 1, 2), concat_ws('/', entry_type, entry_sub_type), activity_id,
                system_date, event_at, received, if($is_cash, cash_delta, qty_delta), null
            from activity_effects
            where account_id = $account and (symbol = $commodity or $is_cash)
            union all
            select 2, event, execution_id, system_date, event_at, received,
                if($is_cash, cash_delta, qty_delta), if($is_cash, null, position_qty)
            from execution_effects
            where account_id = $account and (symbol = $commodity or $is_cash)
            union all
            select 3, 'statement', '', readings.system_date, null, 0, 0, coalesce(sum(qty), 0)
            from statement_readings as readings
            left join statement_positions as listed
                on listed.system_date = readings.system_date
                and account_id = $account and symbol = $commodity
            where not $is_cash
            group by readings.system_date
            union all
            select 3, 'statement', '', system_date, null, 0, 0, cash
            from statement_cash
            where account_id = $account and currency = $commodity and $is_cash
        )

        select row_number() over in_order as step, system_date, event_at::varchar as event_at, what,
            event, plain(change) as change, sum(coalesce(change, 0)) over in_order as books, broker
        from happened
        where change is distinct from 0 or broker is not null
        window in_order as (
            order by system_date, part, event_at, received, event rows unbounded preceding
        )
        order by step
    """, account=account, commodity=commodity, is_cash=commodity in currencies)
    for _row in timeline:
        _row["breaks"] = []
    for _break in found:
        if _break["account_id"] == account and commodity in (_break["symbol"], _break["unit"]):
            _evidence = _break["evidence"].split()
            _named = [row for row in timeline if row["event"] in _evidence]
            _about_statement = _break["rule"].startswith("statements/")
            for _row in timeline[-1:] if _about_statement or not _named else _named:
                _row["breaks"].append(_break["rule"])
    return commodity, timeline


@app.cell(hide_code=True)
def _(commodity, timeline):
    def _points(row):
        # The picture alone takes binary floating point, since no chart draws decimals; every
        # number that is compared or shown in a table stays exact.
        point = {"step": row["step"], "what": row["what"], "event": row["event"],
                 "day": str(row["system_date"]), "rule": ""}
        yield {**point, "from": "your books", "quantity": float(row["books"])}
        if row["broker"] is not None:
            name = "broker's statement" if row["what"] == "statement" else "broker, with the event"
            yield {**point, "from": name, "quantity": float(row["broker"])}
        for rule in row["breaks"]:
            shown = row["books"] if row["broker"] is None else row["broker"]
            yield {**point, "from": "a break", "quantity": float(shown), "rule": rule}

    if not timeline:
        mo.stop(True, say(f"Nothing ever moved {commodity} in this account.", "info"))
    drawn = timeline[-STEPS_DRAWN_MAX:]
    _days = {row["step"]: str(row["system_date"]) for row in drawn if row["what"] == "statement"}
    _base = alt.Chart(
        alt.Data(values=[point for row in drawn for point in _points(row)])
    ).encode(
        x=alt.X("step:Q", title="each event in order; a line ends a booking day").axis(
            values=list(_days), labelExpr=f"{json.dumps(_days)}[datum.value]", labelOverlap=True,
        ).scale(nice=False, padding=12),
        y=alt.Y("quantity:Q", title=commodity).scale(zero=False),
        tooltip=["from:N", "quantity:Q", "what:N", "event:N", "day:N", "rule:N"],
    )
    chart = (
        _base.mark_line(interpolate="step-after", color="#1f5fa8").transform_filter(
            "datum.from == 'your books'"
        )
        + _base.mark_point(strokeWidth=2, opacity=1).encode(
            color=alt.Color("from:N", title=None).scale(
                domain=["your books", "broker, with the event", "broker's statement", "a break"],
                range=["#1f5fa8", "#e08214", "#2a8c55", "#c21f30"],
            ).legend(orient="bottom"),
            shape=alt.Shape("from:N", title=None).scale(
                domain=["your books", "broker, with the event", "broker's statement", "a break"],
                range=["circle", "cross", "diamond", "circle"],
            ),
            size=alt.condition("datum.from == 'a break'", alt.value(420), alt.value(60)),
        )
    ).properties(width="container", height=320).interactive(bind_y=False)
    chart
    return chart, drawn


@app.cell(hide_code=True)
def _(drawn, timeline):
    _shown = [
        {**row, "books": f"{row['books']:f}", "broker": "" if row["broker"] is None else f"{row['broker']:f}",
         "breaks": " ".join(row["breaks"])}
        for row in drawn
    ]
    mo.vstack([
        mo.md("The same steps as numbers, the last first."
              + (f" The {len(timeline) - len(drawn):,} steps before these are counted in, not shown."
                 if len(drawn) < len(timeline) else "")),
        table(_shown[::-1]),
    ])
    return


@app.cell(hide_code=True)
def _(account, connection):
    positions, cash = (
        rows_of(
            connection,
            f"from ({(folder('sql') / 'reports' / f'{_name}.sql').read_text('utf-8')})"
            " where account_id = $account order by difference in ('0', ''), all",
            account=account,
        )
        for _name in ("positions_proof", "cash_proof")
    )
    mo.vstack([
        mo.md("""
        ## Does the account add up?

        *Opening + activity = closing*, and *statement - closing = difference*. A difference is
        *explained* when a break of another rule on the same account is exactly as large; what stays
        *unexplained* is where to look further. An empty statement was not read that night.
        """),
        table(positions),
        table(cash),
    ])
    return cash, positions


@app.cell(hide_code=True)
def _(connection):
    query_form = mo.ui.code_editor(
        "select rule, verdict, count(*) as things\nfrom verdicts\ngroup by all\norder by all",
        language="sql",
    ).form(submit_button_label="Ask")
    mo.vstack([
        mo.md("""
        ## Ask the warehouse yourself

        DuckDB's SQL, read-only. The tables show the books as of this night; those of schema
        `events` show everything that is archived. A question that proves useful can become a rule.
        """),
        mo.accordion({"Tables and their columns": table(rows_of(connection, """
            select if(table_schema = 'main', '', 'events.') || table_name as name,
                string_agg(column_name, ', ' order by ordinal_position) as columns
            from information_schema.columns group by all order by table_schema desc, table_name
        """))}),
        query_form,
    ])
    return (query_form,)


@app.cell(hide_code=True)
def _(connection, query_form):
    _sql = query_form.value or query_form.element.value
    try:
        _relation = connection.sql(_sql)
        answer = None if _relation is None else _relation.limit(ROWS_ASKED_MAX).pl()
        _shown = mo.md("That statement gives no rows.") if answer is None else table(answer)
    except duckdb.Error as _refusal:
        answer, _shown = None, say(str(_refusal).splitlines()[0], "warn")
    _shown
    return (answer,)


if __name__ == "__main__":
    app.run()
