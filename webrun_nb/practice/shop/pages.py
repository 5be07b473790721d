"""The shop's pages: from a request to HTML, with templates from files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webrun_nb.practice.base import PageNotFoundError, Request, Response, Router, html, reply
from webrun_nb.practice.shop.catalogue import Catalogue, Category, Product
from webrun_nb.practice.shop.listing import MIN_RATINGS, SORTS, choose, paginate, select

_HERE = Path(__file__).parent
_STATIC_TYPES: Mapping[str, str] = {"shop.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
_PICTURE_AGE_S = 300
_RELATED = 4
_ON_SALE = 8


def money(amount_usd: Decimal) -> str:
    """Write an amount as the shop does: `$1,249.00`."""
    return f"${amount_usd:,.2f}"


def hue(sku: str) -> int:
    """Give a product its own colour, in degrees; the same on every machine, unlike `hash`."""
    return crc32(sku.encode()) % 360


def _price_left(product: Product) -> Decimal:
    """Give the part of its old price that a product still costs: small is a good bargain, 1 is none."""
    return product.price_usd / (product.old_price_usd or product.price_usd)


def json_ld(product: Product) -> dict[str, Any]:
    """Describe a product as schema.org does (Product with an Offer and, once rated, an AggregateRating)."""
    availability = "OutOfStock" if not product.in_stock else "InStock"
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "sku": product.sku,
        "description": product.description,
        "category": product.category.name,
        "image": f"/picture/{product.slug}.svg",
        "brand": {"@type": "Brand", "name": product.brand},
        "offers": {
            "@type": "Offer",
            "url": f"/product/{product.slug}",
            "price": str(product.price_usd),
            "priceCurrency": "USD",
            "availability": f"https://schema.org/{availability}",
            "itemCondition": "https://schema.org/NewCondition",
        },
    }
    if product.rating is not None:
        described["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(product.rating),
            "bestRating": "5",
            "reviewCount": product.reviews,
        }
    return described


class Shop:
    """The shop over one catalogue: answers requests, keeps no state."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["money"] = money
        self._templates.globals["categories"] = catalogue.categories
        self._router = Router(self._error_page)
        self._router.add("/", GET=self._home)
        self._router.add("/products", GET=self._all_products)
        self._router.add("/category/{slug}", GET=self._category)
        self._router.add("/search", GET=self._search)
        self._router.add("/price-list", GET=self._whole_price_list)
        self._router.add("/price-list/{slug}", GET=self._price_list)
        self._router.add("/product/{slug}", GET=self._product)
        self._router.add("/picture/{slug}.svg", GET=self._picture)
        self._router.add("/static/{name}", GET=self._static)

    def respond(self, request: Request) -> Response:
        """Answer a request."""
        return self._router.respond(request)

    # --- pages --------------------------------------------------------------------------------------------------------

    def _home(self, request: Request) -> Response:
        products = self._catalogue.products
        return self._page(
            "home.html",
            counts={
                category.slug: len(self._catalogue.in_category(category)) for category in self._catalogue.categories
            },
            featured=[product for product in products if product.featured],
            on_sale=sorted((product for product in products if product.old_price_usd), key=_price_left)[:_ON_SALE],
        )

    def _all_products(self, request: Request) -> Response:
        return self._listing(request, self._catalogue.products, "All products", pick_category=True)

    def _category(self, request: Request, slug: str) -> Response:
        category = self._known_category(slug)
        return self._listing(request, self._catalogue.in_category(category), category.name, category=category)

    def _search(self, request: Request) -> Response:
        words = request.first("q")
        title = f"Search results for “{words}”" if words else "All products"
        return self._listing(request, self._catalogue.products, title, pick_category=True)

    def _listing(
        self,
        request: Request,
        products: Iterable[Product],
        title: str,
        *,
        category: Category | None = None,
        pick_category: bool = False,
    ) -> Response:
        choice = choose(request, self._catalogue)
        page = paginate(select(products, choice), choice.page)
        if page is None:
            raise PageNotFoundError(f"{request.path} has no page {choice.page}")

        def address(number: int) -> str:
            query = urlencode(choice.typed if number == 1 else {**choice.typed, "page": number})
            return f"{request.path}?{query}" if query else request.path

        cleared = urlencode({name: choice.typed[name] for name in ("q", "sort") if name in choice.typed})
        return self._page(
            "listing.html",
            title=title,
            category=category,
            pick_category=pick_category,
            search=choice.search,
            choice=choice,
            page=page,
            path=request.path,
            address=address,
            cleared=f"{request.path}?{cleared}" if cleared else request.path,
            sorts=SORTS,
            min_ratings=MIN_RATINGS,
        )

    def _product(self, request: Request, slug: str) -> Response:
        product = self._known_product(slug)
        related = self._catalogue.related(product, _RELATED)
        return self._page("product.html", product=product, related=related, json_ld=json_ld(product))

    def _whole_price_list(self, request: Request) -> Response:
        return self._page("price_list.html", category=None, products=self._catalogue.products)

    def _price_list(self, request: Request, slug: str) -> Response:
        category = self._known_category(slug)
        return self._page("price_list.html", category=category, products=self._catalogue.in_category(category))

    def _error_page(self, request: Request, status: int) -> Response:
        return self._page("error.html", status=status, method=request.method)

    # --- files --------------------------------------------------------------------------------------------------------

    def _picture(self, request: Request, slug: str) -> Response:
        category = self._catalogue.category(slug)
        if category is not None:
            return self._drawing(category.picture, category.slug)
        product = self._known_product(slug)
        return self._drawing(product.picture, product.sku)

    def _drawing(self, picture: str, coloured_by: str) -> Response:
        drawing = self._templates.get_template(f"pictures/{picture}.svg").render(hue=hue(coloured_by))
        return reply(drawing, "image/svg+xml", max_age_s=_PICTURE_AGE_S)

    def _static(self, request: Request, name: str) -> Response:
        if name not in _STATIC_TYPES:
            raise PageNotFoundError(name)
        return reply((_HERE / "static" / name).read_bytes(), _STATIC_TYPES[name], max_age_s=_PICTURE_AGE_S)

    # --- small things -------------------------------------------------------------------------------------------------

    def _page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        values.setdefault("search", "")
        values.setdefault("category", None)
        return html(self._templates.get_template(template).render(status=status, **values), status=status)

    def _known_category(self, slug: str) -> Category:
        category = self._catalogue.category(slug)
        if category is None:
            raise PageNotFoundError(slug)
        return category

    def _known_product(self, slug: str) -> Product:
        product = self._catalogue.by_slug.get(slug)
        if product is None:
            raise PageNotFoundError(slug)
        return product
