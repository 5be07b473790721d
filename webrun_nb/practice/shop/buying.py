"""The shop's login, cart, checkout and orders. All changes are POSTs."""

from __future__ import annotations

from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from webrun_nb.practice.accounts import SHOP
from webrun_nb.practice.server import Form, Visits, download, first_value, read_form, redirect, route
from webrun_nb.practice.shop.catalogue import Catalogue, Product
from webrun_nb.practice.shop.visit import MAX_PIECES, Order, Visit, new_visit, to_csv

_DELIVERY = {
    "name": "Enter the name on the parcel.",
    "street": "Enter street and number.",
    "city": "Enter the city.",
    "postcode": "Enter the postcode.",
}
PAYMENTS = {"invoice": "Invoice, 14 days", "card": "Practice card ending in 4242"}
_MAX_TYPED = 200


class Pages(Protocol):
    """Renders a page of the shop."""

    def __call__(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        """Render a template."""


class VisitorPages:
    """The pages of the shop that depend on the visitor."""

    def __init__(self, catalogue: Catalogue, page: Pages) -> None:
        self._catalogue = catalogue
        self._page = page
        self.visits: Visits[Visit] = Visits("shop_visit", lambda account: new_visit(account, catalogue))

    def routes(self) -> list[Route]:
        """Return the routes of its pages."""
        return [
            route("/login", GET=self._login_form, POST=self._login),
            route("/logout", POST=self._logout),
            route("/cart", GET=self._cart),
            route("/cart/add", POST=self._add),
            route("/cart/update", POST=self._update),
            route("/cart/remove", POST=self._remove),
            route("/checkout", GET=self._checkout_form, POST=self._checkout),
            route("/checkout/review", GET=self._review),
            route("/checkout/place", POST=self._place),
            route("/orders", GET=self._orders),
            route("/orders.csv", GET=self._orders_csv),
            route("/orders/{number}", GET=self._order),
        ]

    # --- the visitor --------------------------------------------------------------------------------------------------

    async def _login_form(self, request: Request) -> Response:
        return self._page(
            request, "login.html", then=_inside(first_value(request.query_params, "next")), typed={}, problems={}
        )

    async def _login(self, request: Request) -> Response:
        form = await read_form(request)
        login, then = first_value(form, "email")[:_MAX_TYPED], _inside(first_value(form, "next"))
        account = next((a for a in SHOP.values() if a.login == login.casefold()), None)
        if account is None or account.password != first_value(form, "password"):
            self.visits.counts["login failures"] += 1
            problems = {"": "That e-mail address and password do not belong together."}
            return self._page(request, "login.html", status=401, then=then, typed={"email": login}, problems=problems)
        before = self.visits.find(request)
        response = redirect(then)
        visit = self.visits.begin(response, account.key)
        if before is not None and before.account is None:
            visit.cart.update(before.cart)
        self.visits.counts["logins"] += 1
        return response

    async def _logout(self, request: Request) -> Response:
        response = redirect("/")
        self.visits.end(request, response)
        return response

    def _known(self, request: Request) -> Visit | None:
        """Return the visit of a visitor who is logged in; None for others."""
        visit = self.visits.find(request)
        return visit if visit is not None and visit.account is not None else None

    # --- the cart -----------------------------------------------------------------------------------------------------

    async def _cart(self, request: Request) -> Response:
        visit = self.visits.find(request)
        lines = visit.lines(self._catalogue) if visit else []
        return self._page(request, "cart.html", lines=lines, most=MAX_PIECES)

    async def _add(self, request: Request) -> Response:
        form = await read_form(request)
        product = self._product(form)
        response = redirect("/cart")
        visit = self.visits.find(request) or self.visits.begin(response)
        had = visit.cart.get(product.slug, 0)
        visit.put(product, had + max(1, _number(first_value(form, "quantity"))))
        if visit.cart.get(product.slug, 0) > had:
            visit.said = f"{product.name} is in your cart."
        else:
            visit.said = f"There is no more room in your cart for {product.name}."
        self.visits.counts["cart additions"] += 1
        return response

    async def _update(self, request: Request) -> Response:
        form = await read_form(request)
        return self._put(request, form, _number(first_value(form, "quantity")))

    async def _remove(self, request: Request) -> Response:
        return self._put(request, await read_form(request), 0)

    def _put(self, request: Request, form: Form, quantity: int) -> Response:
        product = self._product(form)
        visit = self.visits.find(request)
        if visit is not None and product.slug in visit.cart:
            visit.put(product, quantity)
            left = visit.cart.get(product.slug)
            visit.said = f"{product.name}: {left} in your cart." if left else f"{product.name} was removed."
        return redirect("/cart")

    def _product(self, form: Form) -> Product:
        product = self._catalogue.by_slug.get(first_value(form, "product"))
        if product is None or not product.in_stock:
            raise HTTPException(404)
        return product

    # --- the checkout -------------------------------------------------------------------------------------------------

    async def _checkout_form(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect("/login?next=/checkout")
        if not visit.cart:
            return redirect("/cart")
        assert visit.account is not None
        typed = visit.delivery or {"name": visit.account.name, "payment": "invoice", **visit.account.address}
        return self._checkout_page(request, visit, typed, {})

    async def _checkout(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect("/login?next=/checkout")
        form = await read_form(request)
        typed = {name: first_value(form, name)[:_MAX_TYPED] for name in (*_DELIVERY, "payment")}
        problems = {name: problem for name, problem in _DELIVERY.items() if not typed[name]}
        if typed["payment"] not in PAYMENTS:
            problems["payment"] = "Choose how to pay."
        if problems:
            return self._checkout_page(request, visit, typed, problems)
        visit.delivery = typed
        return redirect("/checkout/review")

    def _checkout_page(
        self, request: Request, visit: Visit, typed: dict[str, str], problems: dict[str, str]
    ) -> Response:
        return self._page(
            request,
            "checkout.html",
            status=422 if problems else 200,
            lines=visit.lines(self._catalogue),
            payments=PAYMENTS.items(),
            typed=typed,
            problems=problems,
        )

    async def _review(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None or not visit.cart or not visit.delivery:
            return redirect("/checkout")
        payment = PAYMENTS[visit.delivery["payment"]]
        return self._page(
            request, "review.html", lines=visit.lines(self._catalogue), delivery=visit.delivery, payment=payment
        )

    async def _place(self, request: Request) -> Response:
        """Place the order. Each request is counted, also with an empty cart, so that a double purchase is noticed."""
        self.visits.counts["purchase requests"] += 1
        visit = self._known(request)
        if visit is None or not visit.cart or not visit.delivery:
            return redirect("/checkout")
        order = visit.order(self._catalogue)
        self.visits.counts["purchases"] += 1
        visit.said = f"Thank you. Your order {order.number} is placed."
        return redirect(f"/orders/{order.number}")

    # --- orders -------------------------------------------------------------------------------------------------------

    async def _orders(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect("/login?next=/orders")
        return self._page(request, "orders.html", orders=visit.orders)

    async def _orders_csv(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect("/login?next=/orders")
        return download(to_csv(visit.orders), "orders.csv")

    async def _order(self, request: Request, number: str) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect(f"/login?next=/orders/{number}" if number.isascii() else "/login")
        return self._page(request, "order.html", order=self._one_of(visit, number), payments=PAYMENTS)

    def _one_of(self, visit: Visit, number: str) -> Order:
        for order in visit.orders:
            if order.number == number:
                return order
        raise HTTPException(404)


def _inside(address: str) -> str:
    """Return the page to open after the login: always one of this shop, whatever the link to the login says."""
    outside = not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable()
    return "/" if outside or not address.isascii() else address


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else 0
