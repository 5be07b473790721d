"""The shop's pages for browsing: home, listings, products, price lists, pictures."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.accounts import SHOP
from webrun_nb.practice.server import STATIC_CACHING, Site, first_value, route
from webrun_nb.practice.shop.buying import VisitorPages
from webrun_nb.practice.shop.catalogue import Catalogue, Category, Product
from webrun_nb.practice.shop.listing import MIN_RATINGS, SORTS, choose, paginate, select

_RELATED = 4
_ON_SALE = 8


def hue(sku: str) -> int:
    """Return the hue of a product's colour, in degrees; the same on every machine, unlike `hash`."""
    return crc32(sku.encode()) % 360


def _price_left(product: Product) -> Decimal:
    """Return the ratio of a product's price to its old price: 1 without a reduction."""
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


class Shop(Site):
    """The shop over one catalogue; its `VisitorPages` has the pages that depend on the visitor."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._visitor_pages = VisitorPages(catalogue, self.page)
        self._catalogue = catalogue
        routes = [
            route("/", GET=self._home),
            route("/products", GET=self._all_products),
            route("/category/{slug}", GET=self._category),
            route("/search", GET=self._search),
            route("/price-list", GET=self._whole_price_list),
            route("/price-list/{slug}", GET=self._price_list),
            route("/product/{slug}", GET=self._product),
            route("/picture/{slug}.svg", GET=self._picture),
            *self._visitor_pages.routes(),
        ]
        super().__init__(Path(__file__).parent, routes, lambda: self._visitor_pages.visits.counts)

    def common(self, request: Request) -> dict[str, Any]:
        """Return the values that every page shows: categories, account, notice of the last change, size of the cart."""
        visit = self._visitor_pages.visits.find(request)
        said = ""
        if visit is not None:
            said, visit.said = visit.said, ""
        return {
            "categories": self._catalogue.categories,
            "accounts": SHOP.values(),
            "account": visit.account if visit else None,
            "in_cart": visit.pieces if visit else 0,
            "said": said,
            "search": "",
            "category": None,
        }

    # --- pages --------------------------------------------------------------------------------------------------------

    async def _home(self, request: Request) -> Response:
        products = self._catalogue.products
        return self.page(
            request,
            "home.html",
            counts={
                category.slug: len(self._catalogue.in_category(category)) for category in self._catalogue.categories
            },
            featured=[product for product in products if product.featured],
            on_sale=sorted((product for product in products if product.old_price_usd), key=_price_left)[:_ON_SALE],
        )

    async def _all_products(self, request: Request) -> Response:
        return self._listing(request, self._catalogue.products, "All products", pick_category=True)

    async def _category(self, request: Request, slug: str) -> Response:
        category = self._known_category(slug)
        return self._listing(request, self._catalogue.in_category(category), category.name, category=category)

    async def _search(self, request: Request) -> Response:
        words = first_value(request.query_params, "q")
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
            raise HTTPException(404)

        path = request.url.path

        def address(number: int) -> str:
            query = urlencode(choice.typed if number == 1 else {**choice.typed, "page": number})
            return f"{path}?{query}" if query else path

        cleared = urlencode({name: choice.typed[name] for name in ("q", "sort") if name in choice.typed})
        return self.page(
            request,
            "listing.html",
            title=title,
            category=category,
            pick_category=pick_category,
            search=choice.search,
            choice=choice,
            page=page,
            path=path,
            address=address,
            cleared=f"{path}?{cleared}" if cleared else path,
            sorts=SORTS,
            min_ratings=MIN_RATINGS,
        )

    async def _product(self, request: Request, slug: str) -> Response:
        product = self._known_product(slug)
        related = self._catalogue.related(product, _RELATED)
        return self.page(request, "product.html", product=product, related=related, json_ld=json_ld(product))

    async def _whole_price_list(self, request: Request) -> Response:
        return self.page(request, "price_list.html", category=None, products=self._catalogue.products)

    async def _price_list(self, request: Request, slug: str) -> Response:
        category = self._known_category(slug)
        return self.page(request, "price_list.html", category=category, products=self._catalogue.in_category(category))

    # --- files --------------------------------------------------------------------------------------------------------

    async def _picture(self, request: Request, slug: str) -> Response:
        category = self._catalogue.category(slug)
        if category is not None:
            return self._drawing(category.picture, category.slug)
        product = self._known_product(slug)
        return self._drawing(product.picture, product.sku)

    def _drawing(self, picture: str, coloured_by: str) -> Response:
        drawing = self.templates.get_template(f"pictures/{picture}.svg").render(hue=hue(coloured_by))
        return Response(drawing, media_type="image/svg+xml", headers=STATIC_CACHING)

    # --- small things -------------------------------------------------------------------------------------------------

    def _known_category(self, slug: str) -> Category:
        category = self._catalogue.category(slug)
        if category is None:
            raise HTTPException(404)
        return category

    def _known_product(self, slug: str) -> Product:
        product = self._catalogue.by_slug.get(slug)
        if product is None:
            raise HTTPException(404)
        return product
