"""The kinds of pages that have nothing to extract: an error, an empty page, a picture of its content, a login."""

from __future__ import annotations

import re

from webrun_nb.extraction.reasons import Problem
from webrun_nb.extraction.snapshot import Snapshot

_FIRST_ERROR = 400
_LITTLE_TEXT_CHARS = 300
"""A page with no more text than this shows its content in another way, if it has any."""
_LOGIN_TEXT_CHARS = 3000
_ERROR_TEXT_CHARS = 1500
_LONGEST_ERROR_CHARS = 80
_ERROR = re.compile(
    r"(?:error|fehler|erreur|errore|erro|błąd|ошибка|hata|http)?\W{0,3}(?:40[0-9]|410|429|50[0-4])(?:\W{1,3}.{0,60})?"
    r"|.{0,30}\b(?:page|file|site|content|seite|página|pagina|strona|страница|sayfa|sivua?|sidan|siden|stránka)\b.{0,20}"
    r"\b(?:not (?:be )?found|does(?:n.t| not) exist|nicht gefunden|existiert nicht|introuvable|no (?:se ha )?encontrada"
    r"|no existe|non trovata|não encontrada|niet gevonden|nie (?:została )?znalezion[ao]|не (?:найдена|существует)"
    r"|bulunamadı|ei löytynyt|hittades inte|ikke fundet|finnes ikke|nenalezena)\b.{0,30}"
    r"|(?:not found|access denied|forbidden|service unavailable|internal server error|bad gateway"
    r"|page introuvable)\W{0,3}"
    r"|.{0,10}(?:ページが見つかりません|页面不存在|找不到页面|頁面不存在"
    r"|페이지를 찾을 수 없습니다|الصفحة غير موجودة"
    r"|पृष्ठ नहीं मिला).{0,10}",
    re.IGNORECASE,
)
"""The words of the heading of a page for errors."""
_PICTURE_AREA_PX2 = 90_000
"""A picture of at least this area may hold a table."""


def state_of(snapshot: Snapshot) -> Problem | None:
    """Return what the page is; None for a page like any other."""
    if snapshot.status is not None and snapshot.status >= _FIRST_ERROR:
        return Problem.HTTP_ERROR
    text = snapshot.root.text
    pictures = snapshot.root.find("img", "canvas", "svg", "object", "embed", "picture")
    frames_text = any(frame.root.text for frame in snapshot.frames)
    if any(
        node.tag == "input" and node.attributes.get("type", "").lower() == "password" and not node.hidden
        for node in snapshot.root.walk()
    ):
        return Problem.LOGIN_PAGE if len(text) < _LOGIN_TEXT_CHARS else None
    if not text and not pictures and not snapshot.embedded and not frames_text:
        return Problem.EMPTY_PAGE
    if len(text) < _ERROR_TEXT_CHARS and _says_error(snapshot):
        return Problem.ERROR_PAGE
    large = any(node.box and node.box.width * node.box.height >= _PICTURE_AREA_PX2 for node in pictures)
    return Problem.PICTURE_PAGE if large and len(text) < _LITTLE_TEXT_CHARS and not frames_text else None


def _says_error(snapshot: Snapshot) -> bool:
    """Tell whether the first heading of a short page, or its title where it has none, is that of an error."""
    if snapshot.root.find("table", "dl", "article"):
        return False
    heading = next((text for node in snapshot.root.find("h1", "h2") if (text := node.text)), snapshot.title)
    return len(heading) <= _LONGEST_ERROR_CHARS and _ERROR.fullmatch(heading.strip()) is not None
