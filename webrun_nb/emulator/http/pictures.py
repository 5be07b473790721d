"""`/_emulator/…`: small pictures of what tasks did, and whether any are taken (beside the steps of section 12)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.http.context import TheService, TheUser
from webrun_nb.wire.policies import PicturesAnswer, PicturesWish

router = APIRouter(prefix="/_emulator")

Seq = Annotated[int, Path(ge=1, le=1_000_000)]


_ANSWER = {200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@router.put("/sessions/{session_id}/pictures")
async def wish(session_id: str, body: PicturesWish, service: TheService, user: TheUser) -> PicturesAnswer:
    """Have a picture taken after each of a session's actions from now on, or none any more."""
    await service.history.admit_command(user, session_id)
    session = service.session(user, session_id)
    if session.ended:
        raise CommandRefusedError("SESSION_NOT_ACTIVE", f"session {session.id} has ended ({session.state.value})")
    session.pictures_wanted = body.wanted
    return PicturesAnswer(session_id=session.id, wanted=session.pictures_wanted)


@router.get("/tasks/{task_id}/steps/{seq}/picture", response_class=Response, responses=_ANSWER)  # type: ignore[arg-type]  # dict is invariant
async def picture(task_id: str, seq: Seq, service: TheService, user: TheUser) -> Response:
    """Send the picture of the page right after a step."""
    steps = service.records.of(user, task_id).steps
    found = steps[seq - 1].picture if seq <= len(steps) else None
    if found is None:
        raise CommandRefusedError("FILE_NOT_FOUND", f"there is no picture of step {seq} of task {task_id[:40]}")
    return Response(found, media_type="image/jpeg", headers=_HEADERS)
