"""For the notebook: the steps of one position, and their picture."""

import json
from pathlib import Path

import altair as alt

STEPS_DRAWN_MAX = 300  # no eye follows more
COLORS = {
    "your books": "#1f5fa8",
    "broker, with the event": "#e08214",
    "broker's statement": "#2a8c55",
    "a break": "#c21f30",
}


def steps(connection, account, commodity, *, is_cash, found):
    """What happened to a position (or the cash) of an account, as exact texts, one dict a step.

    `found` are the rows of discrepancies.csv. A break stands at the events that it names; one
    that names none, and one about the statement, stands at the last step.
    """
    sql = (Path(__file__).parent / "timeline.sql").read_text("utf-8")
    params = {"account": account, "commodity": commodity, "is_cash": is_cash}
    relation = connection.sql(sql, params=params)
    made = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    for row in found:
        if row["account_id"] == account and commodity in (row["symbol"], row["unit"]):
            named = [] if row["rule"].startswith("statements/") else row["evidence"].split()
            at = [step for step in made if step["event"] in named] if named else made[-1:]
            for step in at:
                step["breaks"] = f"{step['breaks']} {row['rule']}".strip()
    return made


def points(drawn):
    """What the picture shows. It alone takes binary floating point, since no chart draws decimals;
    every number that is compared, or shown as a number, stays the exact text."""
    for step in drawn:
        same = {name: step[name] for name in ("step", "system_date", "event_at", "what", "event")}
        yield {**same, "says": "your books", "quantity": float(step["books"]), "rules": ""}
        if step["broker"]:
            who = "broker's statement" if step["what"] == "statement" else "broker, with the event"
            yield {**same, "says": who, "quantity": float(step["broker"]), "rules": ""}
        if step["breaks"]:
            at = float(step["broker"] or step["books"])
            yield {**same, "says": "a break", "quantity": at, "rules": step["breaks"]}


def picture(drawn, commodity):
    """A line that steps with each event, what the broker says beside it, breaks ringed in red."""
    days = {step["step"]: step["system_date"] for step in drawn if step["what"] == "statement"}
    colors, names = list(COLORS.values()), list(COLORS)
    base = alt.Chart(alt.Data(values=list(points(drawn)))).encode(
        x=alt.X("step:Q", title="event after event; a vertical line ends a booking day")
        .axis(values=list(days), labelExpr=f"{json.dumps(days)}[datum.value]", labelOverlap=True)
        .scale(nice=False, padding=12),
        y=alt.Y("quantity:Q", title=commodity).scale(zero=False, nice=True, padding=12),
        tooltip=[
            "says:N",
            "quantity:Q",
            "what:N",
            "event:N",
            "event_at:N",
            "system_date:N",
            "rules:N",
        ],
    )
    line = base.mark_line(interpolate="step-after", color=COLORS["your books"])
    marks = base.mark_point(strokeWidth=2, opacity=1).encode(
        color=alt.Color("says:N", title=None)
        .scale(domain=names, range=colors)
        .legend(orient="top"),
        shape=alt.Shape("says:N").scale(
            domain=names, range=["circle", "cross", "diamond", "circle"]
        ),
        size=alt.when("datum.says == 'a break'").then(alt.value(420)).otherwise(alt.value(60)),
    )
    layers = line.transform_filter("datum.says == 'your books'") + marks
    return layers.properties(width="container", height=320).interactive(bind_y=False)
