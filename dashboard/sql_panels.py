"""The blocks of the SQL page: the editor, a running statement, its answer.

Reads the analysts' file through `sandbox`. A statement runs when its reader presses Run
and at no other time: a link only fills the editor.
"""

from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from dashboard import (
    access,
    formats,
    layout,
    queries,
    query_book,
    sandbox,
    sql_answer,
)
from dashboard.language import say
from dashboard.queries import Build
from dashboard.sandbox import Answer, Job

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.sql"))
# Browsers and mail programs cut longer addresses.
LONGEST_LINK = 6000
# A fast answer comes without a flicker of the Cancel button.
FAST_SECONDS = 0.8
POLL_SECONDS = 0.5


def user() -> str:
    """Name who reads; without a login everybody is the local user."""
    return access.reader().name


def put(sql: str) -> None:
    """Put a statement into the editor; it does not run."""
    state = st.session_state
    state["sql_kept"] = sql
    state["sql_version"] = state.get("sql_version", 0) + 1


def explain_rows(build: Build) -> None:
    """Say which build is asked, and that its rows are not scaled up."""
    stated = [
        say(
            "Build `{build}` · as of {day} UTC",
            build=build.build_id,
            day=formats.day(build.as_of),
        )
    ]
    if build.sample_weight != 1:
        stated.append(
            say(
                "**rows are the sample's own**: one stands for {weight} users, and"
                " `sample_weight` in `meta.build` scales counts and money up to the"
                " company, as the other pages do",
                weight=f"{build.sample_weight:,g}",
            )
        )
    stated.append(say("no row of a person or an account is in this file"))
    st.caption(" · ".join(stated))


def editor(build: Build) -> None:
    """Draw the editor and start what is asked for."""
    state = st.session_state
    _follow_link()
    # Another text is another widget: its value is there when it is first drawn.
    key = f"sql_text_{state.get('sql_version', 0)}"
    if key not in state:  # also after a visit to another page
        state.setdefault("sql_kept", EXAMPLES[0].read_text())
        state["sql_shown"] = state["sql_kept"]
    above = st.container()
    with st.form("sql_form", border=False, enter_to_submit=False):
        sql = st.text_area(
            "SQL",
            value=state["sql_shown"],
            key=key,
            height=210,
            label_visibility="collapsed",
            max_chars=sandbox.LONGEST_SQL,
        )
        pressed = _buttons()
    state["sql_kept"] = sql = sql or ""
    if pressed["Run"]:
        _run(build, sql)
    if pressed["Share"]:
        _share(sql)
    if pressed["Save"] and sql.strip():
        name = query_book.save(queries.home(), user(), sql)
        st.toast(
            say("Saved as “{name}”", name=formats.plain(name)),
            icon=":material/bookmark:",
        )
    job: Job | None = state.get("sql_job")
    if state.get("sql_linked") == sql and (job is None or job.sql != sql):
        above.info(
            say(
                "This statement came with a link and has not run. Read it, then press"
                " Run."
            ),
            icon=":material/link:",
        )


def _follow_link() -> None:
    """Put a statement that the address brought into the editor; it does not run."""
    state = st.session_state
    linked = st.query_params.get("q")
    if linked and linked != state.get("sql_address"):
        state["sql_linked"] = state["sql_address"] = linked
        put(linked)


def _buttons() -> dict[str, bool]:
    """Draw what can be done with the statement; tells which button was pressed."""
    icons = {"Run": "play_arrow", "Share": "link", "Save": "bookmark"}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pressed = {
            name: st.form_submit_button(
                say(name, sense="a link" if name == "Share" else ""),
                icon=f":material/{icon}:",
                type="primary" if name == "Run" else "secondary",
                shortcut="Ctrl+Enter" if name == "Run" else None,
            )
            for name, icon in icons.items()
        }
        limits = sandbox.LIMITS
        st.caption(
            say(
                "One SELECT or EXPLAIN · {seconds} s · {rows} rows",
                seconds=f"{limits.wall_seconds:g}",
                rows=f"{limits.rows:,}",
            )
        )
    return pressed


def result() -> None:
    """Draw the answer of the last statement, or that it is still running."""
    job: Job | None = st.session_state.get("sql_job")
    if job is None:
        layout.say_empty("Press Run, or choose a table or an example to start with.")
    elif job.answer is None:
        _running(job)
    else:
        _record(job, job.answer)
        if job.answer.table is None:
            _explain(job.sql, job.answer)
        else:
            sql_answer.show(job.answer)


def _run(build: Build, sql: str) -> None:
    before: Job | None = st.session_state.get("sql_job")
    if before is not None and before.answer is None:
        before.cancel()
    _keep_in_address(sql)
    job = sandbox.start(queries.analysts_file(build.build_id), sql)
    st.session_state["sql_job"] = job
    st.session_state["sql_recorded"] = False
    job.wait(FAST_SECONDS)


def _share(sql: str) -> None:
    """Show the address that fills another reader's editor with the statement."""
    if not _keep_in_address(sql):
        st.warning(say("This statement is too long for a link: send it as text."))
        return
    page = str(st.context.url).split("?")[0]
    st.caption(
        say("Whoever opens this link sees the statement; it runs when they press Run.")
    )
    st.code(f"{page}?{urlencode({'q': sql})}", language=None, wrap_lines=True)


def _keep_in_address(sql: str) -> bool:
    if len(urlencode({"q": sql})) > LONGEST_LINK:
        st.query_params.pop("q", None)
        return False
    st.session_state["sql_address"] = st.query_params["q"] = sql
    return True


@st.fragment(run_every=POLL_SECONDS)
def _running(job: Job) -> None:
    """Show a running statement until it has ended; the rest of the page lives on."""
    if job.answer is not None:
        st.rerun(scope="app")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            say("Cancel"),
            icon=":material/stop_circle:",
            key="sql_cancel",
            on_click=job.cancel,
        )
        st.markdown(
            say(
                ":material/hourglass_top: Running for {seconds} s",
                seconds=f"{job.seconds:.0f}",
            )
        )


def _record(job: Job, answer: Answer) -> None:
    """Put the statement into its user's history, once."""
    if st.session_state.get("sql_recorded"):
        return
    st.session_state["sql_recorded"] = True
    query_book.record(
        queries.home(),
        user(),
        sql=job.sql,
        outcome=answer.kind,
        row_count=None if answer.table is None else answer.table.num_rows,
        milliseconds=answer.milliseconds,
    )


def _explain(sql: str, answer: Answer) -> None:
    """Say why there is no table, and point at the place where it went wrong."""
    place = locate(sql, answer.position)
    where = "**{kind}** in line {line}, column {column}" if place else "**{kind}**"
    line, column = place or (0, 0)
    icon = "cancel" if answer.kind == "Cancelled" else "error"
    st.error(
        say(where, kind=say(answer.kind), line=line, column=column),
        icon=f":material/{icon}:",
    )
    said = say(answer.message)
    if place:
        said = f"{sql.splitlines()[line - 1]}\n{' ' * (column - 1)}^\n{said}"
    st.code(said, language=None, wrap_lines=not place)


def locate(sql: str, position: int | None) -> tuple[int, int] | None:
    """Turn a byte of a statement into its line and column, both from one."""
    if position is None:
        return None
    before = sql.encode()[:position].decode(errors="ignore")
    line = before.count("\n")
    if line >= len(sql.splitlines()):
        return None
    return line + 1, len(before) - (before.rfind("\n") + 1) + 1
