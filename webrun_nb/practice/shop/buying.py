"""The shop's counter: logging in, the cart, the checkout and the orders. Whatever changes something is a POST."""

from __future__ import annotations

from typing import Protocol

from webrun_nb.practice import posted
from webrun_nb.practice.accounts import SHOP
from webrun_nb.practice.base import PageNotFoundError, Request, Response, Router, download, redirect
from webrun_nb.practice.shop.catalogue import Catalogue, Product
from webrun_nb.practice.shop.visit import MAX_PIECES, Order, Visit, new_visit, to_csv
from webrun_nb.practice.visits import Visits

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


class Counter:
    """Everything in the shop that needs to know who is there."""

    def __init__(self, catalogue: Catalogue, page: Pages) -> None:
        self._catalogue = catalogue
        self._page = page
        self.visits: Visits[Visit] = Visits("shop_visit", lambda account: new_visit(account, catalogue))

    def add_to(self, router: Router) -> None:
        """Add its routes."""
        router.add("/login", GET=self._login_form, POST=self._login)
        router.add("/logout", POST=self._logout)
        router.add("/cart", GET=self._cart)
        router.add("/cart/add", POST=self._add)
        router.add("/cart/update", POST=self._update)
        router.add("/cart/remove", POST=self._remove)
        router.add("/checkout", GET=self._checkout_form, POST=self._checkout)
        router.add("/checkout/review", GET=self._review)
        router.add("/checkout/place", POST=self._place)
        router.add("/orders", GET=self._orders)
        router.add("/orders.csv", GET=self._orders_csv)
        router.add("/orders/{number}", GET=self._order)

    # --- who is there -------------------------------------------------------------------------------------------------

    def _login_form(self, request: Request) -> Response:
        return self._page(request, "login.html", then=_inside(request.first("next")), typed={}, problems={})

    def _login(self, request: Request) -> Response:
        form = posted.read(request)
        login, then = form.first("email")[:_MAX_TYPED], _inside(form.first("next"))
        account = next((a for a in SHOP.values() if a.login == login.casefold()), None)
        if account is None or account.password != form.first("password"):
            self.visits.counts["login failures"] += 1
            problems = {"": "That e-mail address and password do not belong together."}
            return self._page(request, "login.html", status=401, then=then, typed={"email": login}, problems=problems)
        before = self.visits.find(request)
        visit, cookie = self.visits.begin(account.key)
        if before is not None and before.account is None:
            visit.cart.update(before.cart)
        self.visits.counts["logins"] += 1
        return redirect(then, cookie)

    def _logout(self, request: Request) -> Response:
        return redirect("/", self.visits.end(request))

    def _known(self, request: Request) -> Visit | None:
        """Give the visit of somebody who is logged in."""
        visit = self.visits.find(request)
        return visit if visit is not None and visit.account is not None else None

    # --- the cart -----------------------------------------------------------------------------------------------------

    def _cart(self, request: Request) -> Response:
        visit = self.visits.find(request)
        lines = visit.lines(self._catalogue) if visit else []
        return self._page(request, "cart.html", lines=lines, most=MAX_PIECES)

    def _add(self, request: Request) -> Response:
        form = posted.read(request)
        product = self._product(form)
        visit = self.visits.find(request)
        cookies: tuple[str, ...] = ()
        if visit is None:
            visit, cookie = self.visits.begin()
            cookies = (cookie,)
        had = visit.cart.get(product.slug, 0)
        visit.put(product, had + max(1, _number(form.first("quantity"))))
        if visit.cart.get(product.slug, 0) > had:
            visit.said = f"{product.name} is in your cart."
        else:
            visit.said = f"There is no more room in your cart for {product.name}."
        self.visits.counts["cart additions"] += 1
        return redirect("/cart", *cookies)

    def _update(self, request: Request) -> Response:
        return self._put(request, _number(posted.read(request).first("quantity")))

    def _remove(self, request: Request) -> Response:
        return self._put(request, 0)

    def _put(self, request: Request, quantity: int) -> Response:
        product = self._product(posted.read(request))
        visit = self.visits.find(request)
        if visit is not None and product.slug in visit.cart:
            visit.put(product, quantity)
            left = visit.cart.get(product.slug)
            visit.said = f"{product.name}: {left} in your cart." if left else f"{product.name} was removed."
        return redirect("/cart")

    def _product(self, form: posted.Posted) -> Product:
        product = self._catalogue.by_slug.get(form.first("product"))
        if product is None or not product.in_stock:
            raise PageNotFoundError(form.first("product"))
        return product

    # --- the checkout -------------------------------------------------------------------------------------------------

    def _checkout_form(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect("/login?next=/checkout")
        if not visit.cart:
            return redirect("/cart")
        assert visit.account is not None
        typed = visit.delivery or {"name": visit.account.name, "payment": "invoice", **visit.account.address}
        return self._checkout_page(request, visit, typed, {})

    def _checkout(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect("/login?next=/checkout")
        form = posted.read(request)
        typed = {name: form.first(name)[:_MAX_TYPED] for name in (*_DELIVERY, "payment")}
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

    def _review(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None or not visit.cart or not visit.delivery:
            return redirect("/checkout")
        payment = PAYMENTS[visit.delivery["payment"]]
        return self._page(
            request, "review.html", lines=visit.lines(self._catalogue), delivery=visit.delivery, payment=payment
        )

    def _place(self, request: Request) -> Response:
        """Buy. Each request to do so is counted, also one that finds an empty cart: nobody buys twice unseen."""
        self.visits.counts["purchase requests"] += 1
        visit = self._known(request)
        if visit is None or not visit.cart or not visit.delivery:
            return redirect("/checkout")
        order = visit.order(self._catalogue)
        self.visits.counts["purchases"] += 1
        visit.said = f"Thank you. Your order {order.number} is placed."
        return redirect(f"/orders/{order.number}")

    # --- orders -------------------------------------------------------------------------------------------------------

    def _orders(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect("/login?next=/orders")
        return self._page(request, "orders.html", orders=visit.orders)

    def _orders_csv(self, request: Request) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect("/login?next=/orders")
        return download(to_csv(visit.orders), "text/csv; charset=utf-8", "orders.csv")

    def _order(self, request: Request, number: str) -> Response:
        visit = self._known(request)
        if visit is None:
            return redirect(f"/login?next=/orders/{number}" if number.isascii() else "/login")
        return self._page(request, "order.html", order=self._one_of(visit, number), payments=PAYMENTS)

    def _one_of(self, visit: Visit, number: str) -> Order:
        for order in visit.orders:
            if order.number == number:
                return order
        raise PageNotFoundError(number)


def _inside(address: str) -> str:
    """Give where to go after logging in: a page of this shop, whatever a link to the login page says."""
    outside = not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable()
    return "/" if outside or not address.isascii() else address


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else 0
