"""The nightly run as an Airflow DAG, for Airflow 3.3. Nothing but Airflow imports this file.

Copy it into the DAG folder; where `recon` is installed beside Airflow, a file there that says
`from recon.airflow_dag import dag` does as well. `recon` may live in an environment of its own, as
long as the workers find it on their PATH.

The workers' environment holds RECON_HOME (an absolute folder that every night finds again),
RECON_BROKER_URL, RECON_BROKER_KEY and RECON_BROKER_SECRET. The secrets are in no argument and no
template, since Airflow shows those to its users.

Two tasks. `run` waits for the broker and evaluates the night; it is red when there is no result.
`breaks` is red when there is a result and the books do not agree: work for finance, not for the
operator, and what hangs behind `breaks` does not go on. To sign the day off, mark it as success.

    recon    run                      breaks     meaning
    0        success                  success    clean
    3        success                  failed     breaks, published in reports/<date>
    99       skipped                  skipped    no trading day
    4 5 6 7  retried, then failed     not run    incomplete, not ready, locked, broker away
    1 2 127  failed without a retry   not run    our own failure, settings, no `recon` on the PATH

A night may be run any number of times: `recon` answers from its record.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronTriggerTimetable, Param
from airflow.sdk.exceptions import AirflowFailException

NEW_YORK = ZoneInfo("America/New_York")
SCHEDULE = "0 1 * * 2-6"  # the broker's signals come from about 01:40 on, at times hours later
WAIT = "4h"
RETRIES, RETRY_MINUTES, LIMIT_HOURS = 3, 10, 8

# Plain shell. What changes from night to night comes by the environment, so that nothing that an
# Airflow user types is ever read as shell.
RUN = """\
if [ "${RECON_HOME#/}" = "${RECON_HOME-}" ]; then
    echo "RECON_HOME must be an absolute folder: a task's own folder is gone when it ends"
    code=2
else
    recon run --date "$SYSTEM_DATE" --wait "$WAIT" --skip-code
    code=$?
fi
echo "recon exit code $code"
case $code in
    3) exit 0 ;;      # a result: the task `breaks` tells it
    1 | 2 | 127) exit 0 ;;  # refuse_retry reads the line above and fails the task at once
    *) exit $code ;;  # 99 is skipped, what is not 0 is retried
esac
"""
GIVEN_UP = ("recon exit code 1", "recon exit code 2", "recon exit code 127")
# The night is on record by now: this asks the broker nothing, and ends with 3 if there are breaks.
BREAKS = 'recon run --date "$SYSTEM_DATE"'


def last_session(at: datetime) -> str:
    """The last weekday whose booking day was over at that instant, as YYYY-MM-DD.

    A booking day ends at 20:00 in New York. Holidays are not looked up here: `recon` knows them,
    and the night is skipped.
    """
    day = (at.astimezone(NEW_YORK) - timedelta(hours=20)).date()
    while day.isoweekday() > 5:
        day -= timedelta(days=1)
    return day.isoformat()


def refuse_retry(last_line: str) -> None:
    """Fails the task for good where trying again changes nothing."""
    if last_line in GIVEN_UP:
        raise AirflowFailException(f"{last_line}: the lines before it say what to do")


def make_dag() -> DAG:
    """The DAG `recon_nightly`; the parameter `date` names another night than the last one."""
    with DAG(
        dag_id="recon_nightly",
        schedule=CronTriggerTimetable(SCHEDULE, timezone="America/New_York"),
        start_date=datetime(2026, 1, 1, tzinfo=NEW_YORK),
        catchup=False,
        max_active_runs=1,
        params={
            "date": Param(
                None,
                type=["null", "string"],
                format="date",
                description="The broker's system date; empty for the last session.",
            )
        },
        user_defined_macros={"last_session": last_session},
        doc_md=__doc__,
        tags=["recon"],
    ) as dag:
        # Only the end of the interval is used: with most timetables it has no length. A run that
        # an asset triggered has none at all, and then counts from when it was due.
        night = {
            "SYSTEM_DATE": "{{ params.date"
            " or last_session(dag_run.data_interval_end or dag_run.run_after) }}",
            "WAIT": WAIT,
        }
        run = BashOperator(
            task_id="run",
            bash_command=RUN,
            env=night,
            append_env=True,
            skip_on_exit_code=99,
            output_processor=refuse_retry,
            retries=RETRIES,
            retry_delay=timedelta(minutes=RETRY_MINUTES),
            execution_timeout=timedelta(hours=LIMIT_HOURS),
        )
        breaks = BashOperator(
            task_id="breaks", bash_command=BREAKS, env=night, append_env=True, retries=0
        )
        run >> breaks
    return dag


dag = make_dag()
