"""Sets aside what no book of a broker holds: numbers that sums and products would not hold, and
days and instants at the edges of their types.

Takes the staged events of a stream. A value beyond a bound becomes null and is named in `unread`,
as one that could not be typed is; an event that must have it is malformed. So it is reported, and
nothing is made of it. The archive keeps it as it came.

Amounts are decimal(38, 9): 29 digits before the point. Numbers below 10^15 can be added 10^9 times
(the sum is below 10^24) and still be multiplied by 100,000, which a contract's multiplier and a
rate of exchange need. It is more than any supply of shares or coins, and than any account's money
in the smallest currency. Quantity times price is money too, and has 18 digits after the point, so
20 before. An instant is 64 bits of nanoseconds, 1677 to 2262, whose ends mean infinity: some years
are left for the days before and after, and for time zones. What is booked later than two years
after it was sent would be in no report until then.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from recon.feeds.streams import BOOKED, EVENT_STREAMS, STATEMENTS, Stream

BELOW = "1000000000000000"
FIRST_DAY, LAST_DAY = "1970-01-01", "2199-12-31"
BOOKED_AFTER_MAX = "731 days"
DECIMAL = f"""
case when abs({{name}}) >= {BELOW} then 'expected less than {BELOW}, saw ' || {{name}} end
"""
VALUE = f"""
case when coalesce(abs(try(qty * price)) >= {BELOW}, qty <> 0 and price <> 0)
then 'expected less than {BELOW} with the quantity, saw ' || price || ' times ' || qty end
"""
INSTANT = f"""
case when {{name}} is not null and not coalesce(to_microseconds({{name}})
    between '{FIRST_DAY}'::timestamptz and '{LAST_DAY}'::timestamptz, false)
then 'expected an instant from {FIRST_DAY} to {LAST_DAY}, saw '
    || coalesce(to_microseconds({{name}})::varchar, {{name}}::varchar) end
"""
DAY = f"""
case when {{name}} not between date '{FIRST_DAY}' and date '{LAST_DAY}'
then 'expected a day from {FIRST_DAY} to {LAST_DAY}, saw ' || {{name}} end
"""
DAY_BOOKED = f"""
coalesce({DAY}, case when {{name}} > to_microseconds(event_at) + interval '{BOOKED_AFTER_MAX}'
    and to_microseconds(event_at) >= '{FIRST_DAY}'::timestamptz
then 'expected a day within two years of when it was sent, saw ' || {{name}} end)
"""
SET_ASIDE = """
update archived_{stream} set
    {values},
    unread = list_concat(unread, list_filter([{reasons}], lambda reason: reason is not null)),
    malformed = coalesce(malformed, 'lacks ' || nullif(concat_ws(', ', {lacks}), ''))
where {any}
"""


def set_aside(connection: duckdb.DuckDBPyConnection, stream: Stream) -> None:
    """Make null and name what lies beyond the bounds, in `archived_<stream>`."""
    paths = {column.name: ".".join(column.path) for column in stream.columns}
    faults = dict(_faults(stream))
    if not faults:
        return
    lacks = [name for name in stream.required if name in faults]
    connection.execute(
        SET_ASIDE.format(
            stream=stream.name,
            values=", ".join(
                f"{name} = if(({faults[name]}) is null, {name}, null)" for name in faults
            ),
            reasons=", ".join(f"'{paths[name]}: ' || ({faults[name]})" for name in faults),
            lacks=", ".join(f"if(({faults[name]}) is null, null, '{name}')" for name in lacks)
            or "null",
            any=" or ".join(f"({fault}) is not null" for fault in faults.values()),
        )
    )


def _faults(stream: Stream) -> Iterator[tuple[str, str]]:
    """The columns that are looked at, each with SQL of what is wrong with it, null for nothing."""
    names = {column.name for column in stream.columns}
    sent = stream in EVENT_STREAMS.values()
    for column in stream.columns:
        if column.kind == "decimal" and (sent or stream in STATEMENTS):
            bound = DECIMAL.format(name=column.name)
            is_price = column.name == "price" and "qty" in names
            yield column.name, f"coalesce({bound}, {VALUE})" if is_price else bound
        elif column.kind == "instant" and sent:
            yield column.name, INSTANT.format(name=column.name)
        elif column.kind == "date" and sent:
            form = DAY_BOOKED if stream in BOOKED else DAY
            yield column.name, form.format(name=column.name)
