r"""The static form of a session's card: text (terminals, nbval) and HTML (nbconvert, nbviewer, GitHub).

Text that changes from run to run is enclosed in fixed markers. nbval's `--nbval-sanitize-with` takes
`(?s)\[webrun-card\].*?\[/webrun-card\]` and `(?s)<!--webrun-card-->.*?<!--/webrun-card-->`.
"""

from __future__ import annotations

from webrun_nb.client.monitoring.costs import cost_until_usd
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.money import rounded_to_cents
from webrun_nb.notebook.text import labels as words
from webrun_nb.notebook.text.markdown import NO_FORMULAS, html_text
from webrun_nb.notebook.widgets.question_form import form_of, other_way

TEXT_BEGIN, TEXT_END = "[webrun-card]", "[/webrun-card]"
HTML_BEGIN, HTML_END = "<!--webrun-card-->", "<!--/webrun-card-->"

_TEXT_LABEL_WIDTH = 14


def _shown(text: str, limit: int = words.CANDIDATE_CHARACTERS) -> str:
    """Return `text` cleaned, and without a marker in it."""
    return without_markers(words.clean(text, limit))


def without_markers(text: str) -> str:
    """Return `text` without a marker in it that would end a card's text early."""
    return text.replace(TEXT_BEGIN, "(webrun-card)").replace(TEXT_END, "(/webrun-card)")


def card_rows(
    snapshot: SessionSnapshot, *, seen_ended_ms: int | None = None, before: str = ""
) -> list[tuple[str, str]]:
    """Return the rows of a card as (label, text), as they are at the snapshot's moment.

    Parameters
    ----------
    snapshot : SessionSnapshot
    seen_ended_ms : int, optional
        Time at which the session was seen to end (unix ms, server's clock), for servers that do not report it.
    before : str
        The end of the session that this one replaces.
    """
    until_ms = words.ended_at_ms(snapshot, seen_ended_ms) if snapshot.ended else snapshot.server_now_ms
    rows = [
        ("session", f"{_shown(snapshot.name)} · {_shown(snapshot.session_id)}"),
        ("state", _shown(snapshot.state_label, words.ACTION_CHARACTERS)),
        ("task", _shown(snapshot.current_task, words.TASK_CHARACTERS) or "–"),
        ("action", _shown(words.activity(snapshot), words.ACTION_CHARACTERS) or "–"),
        ("elapsed", "–" if until_ms is None else words.duration(until_ms - snapshot.created_at_ms)),
        ("cost", words.cost(snapshot)),
        ("of which", words.cost_parts(snapshot) or "–"),
        _countdown(snapshot),
    ]
    if snapshot.queued_tasks:
        rows.append(("queue", str(snapshot.queued_tasks)))
    if snapshot.question is not None and not snapshot.ended:
        form = form_of(snapshot.question)
        rows.append(("asks", _shown(f"{form.title}: {snapshot.question.text}", words.QUESTION_CHARACTERS)))
        rows += [("  or", _shown(label)) for label, _ in form.choices]
        rows.append(("answer", _shown(other_way(snapshot.name, snapshot.question))))
    if snapshot.estimated:
        rows.append(("note", words.ESTIMATED))
    if before:
        rows.append(("before", _shown(before, words.TASK_CHARACTERS)))
    if not snapshot.connected:
        rows.append(("contact", "the server can't be reached; this is its last known state"))
    return rows


def _countdown(snapshot: SessionSnapshot) -> tuple[str, str]:
    if snapshot.ended:
        return "ended", words.ending(snapshot)
    counts = words.countdown(snapshot)
    if counts is None:
        return "inactivity", words.pause_label(snapshot)
    left = words.duration(counts.ends_at_ms - snapshot.server_now_ms)
    price = rounded_to_cents(cost_until_usd(snapshot, counts.ends_at_ms))
    about = "≈ " if snapshot.emulated else ""
    return counts.label.lower(), f"{left} {counts.until}; {counts.idle.lower()}: {about}{price}"


def card_text(snapshot: SessionSnapshot, *, seen_ended_ms: int | None = None, before: str = "") -> str:
    """Return the card as lines of text between the text markers."""
    rows = card_rows(snapshot, seen_ended_ms=seen_ended_ms, before=before)
    lines = [f"{label:<{_TEXT_LABEL_WIDTH}}{text}" for label, text in rows]
    return "\n".join([TEXT_BEGIN, *lines, TEXT_END])


def card_html(snapshot: SessionSnapshot, *, seen_ended_ms: int | None = None, before: str = "") -> str:
    """Return the card as HTML between the HTML markers; self-contained, in the page's own colours."""
    cells = "".join(
        '<div style="display:flex;gap:1em;padding:1px 0">'
        f'<span style="flex:0 0 7em;font-weight:600">{html_text(label.strip())}</span>'
        f'<bdi style="flex:1;min-width:0;overflow-wrap:anywhere">{html_text(text)}</bdi></div>'
        for label, text in card_rows(snapshot, seen_ended_ms=seen_ended_ms, before=before)
    )
    box = "border:1px solid #8888;border-radius:4px;padding:8px 12px;max-width:56em"
    style = f"{box};font:13px/1.45 system-ui,sans-serif"
    classes = f"webrun-card-static {NO_FORMULAS}"
    return f'{HTML_BEGIN}<div class="{classes}" style="{style}">{cells}</div>{HTML_END}'


def final_line(snapshot: SessionSnapshot, *, seen_ended_ms: int | None = None) -> str:
    """Return an ended session's final facts in one line of plain output; empty before its end."""
    if not snapshot.ended:
        return ""
    end_ms = words.ended_at_ms(snapshot, seen_ended_ms)
    lived = [] if end_ms is None else [words.duration(end_ms - snapshot.created_at_ms)]
    name = _shown(snapshot.name)
    return " · ".join([f"{name}: {snapshot.status_word}, {words.ending(snapshot)}", *lived, words.cost(snapshot)])
