"""All widgets in their most different states in one output, over fakes, for tests of their appearance."""

from __future__ import annotations

import base64
import io

from PIL import Image, ImageDraw

from helpers.scripted_card import FEED


def _picture() -> str:
    image = Image.new("RGB", (256, 150), "#dbe7f3")
    ImageDraw.Draw(image).rectangle((70, 47, 120, 55), fill="#fff", outline="#444")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=40)
    return base64.b64encode(buffer.getvalue()).decode()


GALLERY = (
    FEED
    + f'PICTURE = "{_picture()}"\n'
    + '''
import base64
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.batch.progress import MapProgress, ShownFailure
from webrun_nb.notebook.display.followed_cards import job_cards, map_cards
from IPython.display import display
from webrun_nb.client.snapshot import Doing
from webrun_nb.notebook.widgets.job_state import JobState
from webrun_nb.notebook.widgets.task_line import TaskLine

class FakeView:
    """A live view that shows one picture of a page on which the agent acts."""
    over = False
    def __init__(self, listener, phase):
        self.listener, self.phase = listener, phase
    def set_visible(self, visible):
        if visible:
            self.listener.link("")
            self.listener.note({"type": "state", "status": "active", "phase": self.phase})
            self.listener.note({"type": "action", "name": "click", "target": "زر «إضافة إلى السلة» (Add)"})
            self.listener.picture(base64.b64decode(PICTURE))
    def acknowledge(self): pass
    def act(self, action):
        if action["type"] == "takeOverControl":
            self.phase = "manual"
        self.set_visible(True)
    def close(self): pass

class FakeJob:
    """A fake background job for its card."""
    def __init__(self, name, state, session, **changes):
        self.name, self.subscribers = name, []
        self.session = session
        fields = dict(name=name, state=state, session=session.snapshot.name, session_id=session.snapshot.session_id,
                      task_id="t1", elapsed_ms=6200, cost_usd=Decimal("0.0041"), emulated=True,
                      usd_per_ms=Decimal("0.02") / 60_000)
        self.now = JobState(**{**fields, **changes})
        self.done = self.now.done
    def facts(self): return self.now
    def subscribe(self, fn): self.subscribers.append(fn)
    async def acancel(self): pass

class FakeMap:
    """A fake map for its card."""
    def __init__(self, state, **changes):
        fields = dict(run_id="r7k2m9x", state=state, total=500, done=300, failed=60, running=8, resumed=0, cached=0,
                      repeated=0, retried=0, held=0, cost_usd=Decimal("0.0123"), emulated=True, max_cost_usd=None,
                      elapsed_s=83.0, rows_per_s=4.2, left_s=37.0, sessions=4, idle_usd_per_minute=Decimal("0.08"),
                      workers=0, failures=())
        self.progress, self.subscribers = MapProgress(**{**fields, **changes}), []
    def subscribe(self, fn):
        self.subscribers.append(fn)
        return lambda: None
    def become(self, **changes):
        self.progress = replace(self.progress, **changes)
        for fn in self.subscribers: fn()
    def pause(self): self.become(state="paused")
    def resume(self): self.become(state="running")
    async def astop(self): self.become(state="stopped", running=0, left_s=None, rows_per_s=None)

class FakeTask:
    """A fake task for the line under the cell that waits for it."""
    task_id = "t1"
    def __init__(self, session, form=None):
        self.session, self.form, self.began_s = session, form, time.monotonic() - 64
    @property
    def snapshot(self): return self.session.snapshot
def show_line(session, form=None):
    line = TaskLine(TaskLine.flush)
    line.add(FakeTask(session, form))
    display(line)

LONG = "PneumonoultramicroscopicsilicovolcanoconiosisPneumonoultramicroscopicsilicovolcanoconiosis"
ARABIC = "قائمة أسعار «الحواسيب المحمولة» (USD 900) من shop.localhost"
def viewed(name, session_id, phase=SessionPhase.RUNNING, **changes):
    session = FakeSession(name, session_id, **changes)
    session.view = lambda listener, fps: FakeView(listener, phase)
    return session
def gallery():
    """Show them all; returns the sessions."""
    idle = show("prices", "galleryidle0", expires_at_ms=now_ms() + 41_000)
    works = {**RUNNING, "current_task": ARABIC, "last_action": f"click {ARABIC}"}
    running = viewed("أسعار (shop)", "galleryrun00", **works)
    running.recorded = [step(1, "navigateUrl", "http://shop.localhost/"),
                        step(2, "click", LONG, decision="allow", rule="default"),
                        step(3, "click", ARABIC, decision="block", rule="no deleting", outcome="blocked")]
    cards.show(running, running)
    accounts = ("Personal", LONG, "حساب الشركة (EUR)")
    for kind, choices, text in (("ambiguous", accounts, "Which account? أي حساب؟ " + LONG),
                                ("credentials", (), "كلمة المرور for ada@example.com at shop.localhost")):
        show(kind, f"gallery{kind}"[:12], **asking(kind, *choices, text=text))
    show(LONG, "galleryended", status=SessionStatus.TERMINATED, phase=None, reason="expired", expires_at_ms=None)
    show_table(idle, running)
    for number, (state, more) in enumerate((("running", {"action": f"click {ARABIC}"}), ("complete", {}),
                                            ("failed", {"error": f"NAVIGATION_FAILED: {LONG}"}), ("stopped", {}))):
        job_cards.show_job(FakeJob(f"laptops{number}" if number else "حواسيب", state, running, **more))
    sent = "The code that was sent to •• 42"
    asks = show("questions", "galleryjob00", **asking("two_factor", text=sent))
    job_cards.show_job(FakeJob("codes", "guardrail", asks, asks=sent), cards.card("galleryjob00"))
    failed = (ShownFailure(17, "17", "NAVIGATION_FAILED", LONG, "practice:directory/companies/" + LONG),
              ShownFailure(4, ARABIC, "ELEMENT_NOT_FOUND", ARABIC, "http://shop.localhost/"))
    for name, run in (("talks", FakeMap("running", failures=failed, max_cost_usd=Decimal("0.5"), held=12, resumed=20)),
                      (LONG, FakeMap("paused")), ("", FakeMap("complete", done=500, failed=0, running=0)),
                      ("", FakeMap("failed", run_id="r3", done=10, message=f"the disk is full: {LONG}", running=0))):
        map_cards.show_map(run, name=name, result="webrun.last")
    cards.show_view(running, running.view, 8)
    for target in (LONG, ARABIC):
        show_line(FakeSession("line", "galleryline0", **{**RUNNING, "doing": Doing("t1", "click", target, 3)}))
    waits = show("waits", "gallerywaits", **asking("ambiguous", *accounts, text="Which account? " + LONG))
    waits.become(expires_at_ms=now_ms() + 200_000)
    show_line(waits, cards.card("gallerywaits"))
    return idle, running
'''
)
GALLERY_FILES = {"gallery.py": GALLERY}
