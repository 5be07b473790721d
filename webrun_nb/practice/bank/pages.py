"""The bank's pages: a login in two steps, accounts, statements, transfers that have to be confirmed, and a phone."""

from __future__ import annotations

import secrets
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyotp import TOTP
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.accounts import BANK
from webrun_nb.practice.bank.ledger import Visit, new_visit, read_transfer
from webrun_nb.practice.server import Handler, Site, Visits, download, first_value, read_form, redirect, route

_MAX_WRONG_CODES = 5
_MAX_MESSAGES = 10
_MAX_TYPED = 140
_FIELDS = ("from", "to", "amount", "reference")


class Bank(Site):
    """The bank's pages. All changes are POSTs; without a login only the home, login and phone pages are shown."""

    def __init__(self) -> None:
        self._visits: Visits[Visit] = Visits("bank_visit", new_visit, restores=False)
        self._messages: deque[tuple[str, str]] = deque(maxlen=_MAX_MESSAGES)
        inside = self._inside
        routes = [
            route("/", GET=self._home),
            route("/login", GET=self._login_form, POST=self._login),
            route("/logout", POST=self._logout),
            route("/verify", GET=self._verify_form, POST=self._verify),
            route("/verify/message", POST=self._send_code),
            route("/phone", GET=self._phone),
            route("/accounts", GET=inside(self._accounts)),
            route("/accounts/{number}", GET=inside(self._statement)),
            route("/accounts/{number}/statement.csv", GET=inside(self._statement_csv)),
            route("/transfer", GET=inside(self._transfer_form), POST=inside(self._transfer)),
            route("/transfer/confirm", GET=inside(self._confirm_form), POST=inside(self._confirm)),
        ]
        super().__init__(Path(__file__).parent, routes, lambda: self._visits.counts)

    def common(self, request: Request) -> dict[str, Any]:
        """Return the values that every page shows: the account, and a notice of the last change."""
        visit = self._visits.find(request)
        if visit is None or not visit.verified:
            return {"account": None, "said": "", "people": BANK.values()}
        said, visit.said = visit.said, ""
        return {"account": visit.account, "said": said, "people": BANK.values()}

    # --- coming in ----------------------------------------------------------------------------------------------------

    async def _home(self, request: Request) -> Response:
        visit = self._visits.find(request)
        return redirect("/accounts") if visit and visit.verified else self.page(request, "home.html")

    async def _login_form(self, request: Request) -> Response:
        return self.page(request, "login.html", typed={}, problems={})

    async def _login(self, request: Request) -> Response:
        form = await read_form(request)
        user = first_value(form, "user")[:_MAX_TYPED]
        account = next((a for a in BANK.values() if a.login == user.casefold()), None)
        if account is None or account.password != first_value(form, "password"):
            self._visits.counts["login failures"] += 1
            problems = {"": "That user name and password do not belong together."}
            return self.page(request, "login.html", status=401, typed={"user": user}, problems=problems)
        response = redirect("/verify")
        visit = self._visits.begin(response, account.key)
        if account.second_factor == "message":
            self._message(visit)
        return response

    async def _logout(self, request: Request) -> Response:
        response = redirect("/")
        self._visits.end(request, response)
        return response

    async def _verify_form(self, request: Request) -> Response:
        visit = self._visits.find(request)
        if visit is None:
            return redirect("/login")
        if visit.verified:
            return redirect("/accounts")
        return self._verify_page(request, visit, {})

    async def _verify(self, request: Request) -> Response:
        visit = self._visits.find(request)
        if visit is None:
            return redirect("/login")
        code = first_value(await read_form(request), "code").replace(" ", "")
        if self._is_right(visit, code, request):
            response = redirect("/accounts")
            # A new cookie: the one from before the code may be known to someone without the code.
            self._visits.end(request, response)
            inside = self._visits.begin(response, visit.account.key)
            inside.verified = True
            self._visits.counts["logins"] += 1
            return response
        visit.wrong_codes += 1
        self._visits.counts["wrong codes"] += 1
        if visit.wrong_codes >= _MAX_WRONG_CODES:
            response = redirect("/login")
            self._visits.end(request, response)
            return response
        return self._verify_page(request, visit, {"code": "That code is not right, or not any more."})

    def _verify_page(self, request: Request, visit: Visit, problems: dict[str, str]) -> Response:
        by_message = bool(visit.code)
        status = 401 if problems else 200
        return self.page(
            request, "verify.html", status=status, person=visit.account, by_message=by_message, problems=problems
        )

    def _is_right(self, visit: Visit, code: str, request: Request) -> bool:
        if visit.code:
            return secrets.compare_digest(code.encode(), visit.code.encode())
        if visit.account.second_factor != "authenticator":
            return False
        totp = TOTP(visit.account.otp_secret)
        times = (datetime.fromtimestamp(now_s, UTC) for now_s in request.state.clocks_s)
        return any(totp.verify(code, for_time=at, valid_window=1) for at in times)

    async def _send_code(self, request: Request) -> Response:
        visit = self._visits.find(request)
        if visit is None or visit.verified:
            return redirect("/login")
        self._message(visit)
        return redirect("/verify")

    def _message(self, visit: Visit) -> None:
        visit.code = f"{secrets.randbelow(10**6):06}"
        self._messages.appendleft((visit.account.name, f"Your code for Fenwick Bank is {visit.code}."))
        self._visits.counts["codes sent"] += 1

    async def _phone(self, request: Request) -> Response:
        return self.page(request, "phone.html", messages=list(self._messages))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _inside(self, handler: Handler) -> Handler:
        """Return a handler that redirects to the login unless the visitor gave their code."""

        async def guarded(request: Request, **parts: str) -> Response:
            visit = self._visits.find(request)
            if visit is None or not visit.verified:
                return redirect("/verify" if visit else "/login")
            return await handler(request, visit, **parts)

        return guarded

    async def _accounts(self, request: Request, visit: Visit) -> Response:
        return self.page(request, "accounts.html", accounts=visit.accounts)

    async def _statement(self, request: Request, visit: Visit, number: str) -> Response:
        held = visit.find(number)
        if held is None:
            raise HTTPException(404)
        return self.page(request, "statement.html", held=held)

    async def _statement_csv(self, request: Request, visit: Visit, number: str) -> Response:
        held = visit.find(number)
        if held is None:
            raise HTTPException(404)
        self._visits.counts["statements downloaded"] += 1
        return download(held.to_csv(), f"statement-{held.number}.csv")

    async def _transfer_form(self, request: Request, visit: Visit) -> Response:
        return self._transfer_page(request, visit, {"from": visit.accounts[0].number}, {})

    async def _transfer(self, request: Request, visit: Visit) -> Response:
        form = await read_form(request)
        typed = {name: first_value(form, name)[:_MAX_TYPED] for name in _FIELDS}
        visit.draft, problems = read_transfer(visit, typed)
        return self._transfer_page(request, visit, typed, problems) if problems else redirect("/transfer/confirm")

    def _transfer_page(
        self, request: Request, visit: Visit, typed: dict[str, str], problems: dict[str, str]
    ) -> Response:
        return self.page(
            request,
            "transfer.html",
            status=422 if problems else 200,
            accounts=visit.accounts,
            recipients=visit.recipients(),
            typed=typed,
            problems=problems,
        )

    async def _confirm_form(self, request: Request, visit: Visit) -> Response:
        return self.page(request, "confirm.html", draft=visit.draft) if visit.draft else redirect("/transfer")

    async def _confirm(self, request: Request, visit: Visit) -> Response:
        """Make the transfer. Each request is counted, also one without a transfer."""
        self._visits.counts["transfer requests"] += 1
        if visit.draft is None:
            return redirect("/transfer")
        number = visit.draft.source.number
        visit.confirm(visit.draft)
        self._visits.counts["transfers"] += 1
        return redirect(f"/accounts/{number}")
