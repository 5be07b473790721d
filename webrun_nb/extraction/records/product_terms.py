"""The words by which pages label the facts of a thing and tell whether it can be had, in many languages.

Phrases are compared in lower case, with spaces for punctuation; "no", "nr", "#" and their like are one word, "no".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from webrun_nb.extraction.values.availability import STATES

OTHER_STATES = ("InStoreOnly", "OnlineOnly", "PreSale", "Reserved", "MadeToOrder")
MAX_STATUS_CHARS = 120
_LONGEST_PHRASE = 8
_SCHEMA_ORG = re.compile(r"^https?://(?:www\.)?schema\.org/", re.IGNORECASE)
_COUNT_LEFT = re.compile(
    r"(?:only|just|more than|over|last|nur noch|noch|mehr als|plus que|plus de|il reste|solo|quedan|más de|restano|"
    r"apenas|mais de|nog|meer dan|endast|över|kun|enää|tylko|ponad|více než|viac ako|már csak|doar|peste)?\s*"
    r"[1-9]\d{0,4}\+?\s*(?:left|in stock|available|pieces? left|items? left|left in stock|remaining|auf lager|"
    r"verfügbar|stück verfügbar|stück auf lager|en stock|disponibles?|disponibili|disponíveis|op voorraad|i lager|"
    r"på lager|varastossa|dostępnych|szt\.? dostępnych|ks skladem|ks na sklade|db raktáron|în stoc|in stoc|"
    r"на складе|в наличии)",
    re.IGNORECASE,
)
"""How many there are: "only 3 left", "more than 10 available"."""
_FIRST_PART = re.compile(r"[.,!;|–—(、。，]")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_NUMBER_SIGN = re.compile(r"[#№]|\bn[º°o]\b\.?", re.IGNORECASE)
_NUMBER_WORDS = frozenset(
    {
        "number",
        "nr",
        "num",
        "nummer",
        "numéro",
        "numero",
        "número",
        "núm",
        "numer",
        "číslo",
        "cislo",
        "номер",
        "numara",
        "numarası",
    }
)

LABELS: Mapping[str, str] = {
    "sku": """
        sku, sku no, sku id, sku code, item sku, product sku, item no, item code, item id, item, article no,
        article id, article code, article, art no, art, product no, product code, product id, product ref,
        product reference, catalog no, catalogue no, cat no, stock no, stock code, web code, web id, style no,
        style code, asin, ref, ref no, reference, reference no, part code, order no, order code, lot no, listing id,
        listing no, ad id, ad no, code, internal code, dpci, tcin, mpid, plu, artikelnummer, artikelnr, artikel no,
        artikel, art nr, bestellnummer, bestellnr, bestell no, best no, produktnummer, produktcode, produkt no,
        produkt id, warennummer, anzeigennummer, anzeigen id, référence, réf, référence produit, code produit,
        code article, no article, no d article, référence article, réf produit, no de produit, no de l objet,
        référence fabricant interne, referencia, código, código de producto, código del producto, no de artículo, cód,
        código artículo, id del producto, codice, codice prodotto, codice articolo, cod, cod art, cod prodotto,
        riferimento, no articolo, no oggetto, código do produto, referência, ref do produto, no do artigo,
        artikelcode, productcode, productnummer, bestelnummer, art no nummer, varenummer, varenr, vare no,
        artikkelnummer, produktkode, tuotenumero, tuotekoodi, tuote no, koodi, kod produktu, nr katalogowy,
        no katalogowy, indeks, symbol, kod towaru, no produktu, kód, kód produktu, kód zboží, objednací kód,
        objednací no, katalogové no, produktové no, kód tovaru, cikkszám, termékkód, rendelési kód, cikk no,
        cod produs, cod articol, codul produsului, šifra, šifra proizvoda, šifra artikla, šifra izdelka, kod,
        kod proizvoda, код, код товара, артикул, арт, код товару, код на продукта, код на продукт, продуктов код,
        каталожен no, ürün kodu, stok kodu, ürün no, ilan no, κωδικός, κωδικός προϊόντος, رمز المنتج, رقم المنتج,
        كود المنتج, رقم الصنف, کد کالا, کد محصول, מקט, מק ט, קוד מוצר, קוד פריט, מספר פריט, मद संख्या, उत्पाद कोड,
        mã sản phẩm, mã sp, mã hàng, kode produk, kode barang, รหัสสินค้า, 商品番号, 商品コード, 品番, 注文番号,
        管理番号, 商品编号, 商品編號, 商品货号, 货号, 貨號, 产品编号, 產品編號, 编号, 상품번호, 상품코드, 제품번호,
        품번
    """,
    "mpn": """
        mpn, part no, manufacturer part no, mfr part no, mfg part no, mfr no, model no, model, item model no,
        model code, manufacturer no, manufacturer code, manufacturer reference, oem no, modellnummer, modellnr,
        modell, herstellernummer, hersteller no, hersteller artikelnummer, herstellerartikelnummer, typ, teilenummer,
        modèle, référence fabricant, réf fabricant, référence du fabricant, no de modèle, no du modèle de l article,
        modelo, no de modelo, número de pieza, código do fabricante, modello, codice produttore, no modello articolo,
        no di modello, modelnummer, fabrikantcode, tillverkarens artikelnummer, tillverkarnummer, valmistajan koodi,
        malli, kod producenta, kod výrobce, kód výrobce, kód výrobcu, gyártói cikkszám, cod producător,
        cod producator, модель, код производителя, модел, model numarası, model kodu, رقم الموديل, الموديل, דגם, 型番,
        型號, 型号, 모델명, 모델번호
    """,
    "gtin": """
        gtin, gtin 13, gtin 14, gtin 8, gtin 12, ean, ean code, ean 13, ean no, upc, upc code, barcode, bar code,
        isbn, isbn 13, isbn 10, jan, jan code, code barre, código de barras, codice a barre, strichcode,
        streepjescode, barkod, čárový kód, vonalkód, штрихкод, штрих код, ברקוד, バーコード, 条码, 條碼, 바코드
    """,
    "brand": """
        brand, brand name, make, marke, marque, marca, merk, märke, varumärke, merke, mærke, merkki, tuotemerkki,
        brand produktu, marka, značka, márka, brend, blagovna znamka, бренд, торговая марка, марка, бренд товара,
        μάρκα, العلامة التجارية, الماركة, ماركة, برند, מותג, ब्रांड, thương hiệu, merek, ยี่ห้อ, แบรนด์, ブランド,
        品牌, 브랜드
    """,
    "manufacturer": """
        manufacturer, made by, vendor, producer, publisher, hersteller, fabricant, fabricante, produttore,
        casa produttrice, fabrikant, tillverkare, produsent, producent, fabrikant no, valmistaja, výrobce, výrobca,
        gyártó, producător, producator, proizvođač, proizvajalec, производитель, виробник, производител, üretici,
        κατασκευαστής, الشركة المصنعة, יצרן, メーカー, 制造商, 製造商, 제조사
    """,
    "availability": """
        availability, stock, stock status, in stock, status, available, verfügbarkeit, lagerbestand, bestand,
        lieferstatus, disponibilité, stock disponible, disponibilidad, disponibilità, disponibilidade, estoque,
        beschikbaarheid, voorraad, lagerstatus, tillgänglighet, lager, tilgjengelighet, saatavuus, varastotilanne,
        dostępność, stan magazynowy, dostupnost, dostupnosť, elérhetőség, készlet, disponibilitate, stoc,
        raspoloživost, dobavljivost, наличие, доступность, наявність, наличност, stok durumu, stok, διαθεσιμότητα,
        التوفر, حالة التوفر, זמינות, מלאי, tình trạng, ketersediaan, 在庫, 库存, 庫存, 재고
    """,
}  # fmt: skip
"""The labels of facts, by their name in schema.org's vocabulary (lower case)."""

STRONG_IDENTIFIERS = frozenset({"sku", "sku no", "sku id", "sku code", "item sku", "product sku", "asin"})
WEAK_IDENTIFIERS = frozenset(
    {
        "item",
        "article",
        "art",
        "artikel",
        "code",
        "kod",
        "kód",
        "код",
        "cod",
        "koodi",
        "codice",
        "código",
        "ref",
        "reference",
        "symbol",
        "indeks",
    }
)
"""Labels that name an identifier only where what follows looks like one, and another label is not there."""

OVER = """
sold, this ad has expired, listing ended, ad expired, verkauft, vendu, vendido, venduto, verkocht, såld, solgt, продано
"""
"""Texts of classified advertisements that say that the thing is gone."""
BUY = """
add to cart, add to basket, add to bag, add to trolley, add to shopping bag, add to shopping basket,
add to shopping cart, buy now, buy it now, buy, buy this, place bid, place order, order now, purchase, pre order,
in den warenkorb, in den einkaufswagen, zum warenkorb hinzufügen, jetzt kaufen, sofort kaufen, kaufen, bestellen,
jetzt bestellen, ajouter au panier, acheter, acheter maintenant, achat immédiat, commander, añadir al carrito,
agregar al carrito, agregar al carro, añadir a la cesta, añadir a la bolsa, agregar a la bolsa, comprar,
comprar ahora, comprar ya, aggiungi al carrello, acquista, acquista ora, compralo subito, aggiungi alla borsa,
adicionar ao carrinho, adicionar à sacola, comprar agora, in winkelwagen, in winkelmandje, toevoegen aan winkelwagen,
bestel, bestel nu, nu kopen, lägg i varukorg, lägg i varukorgen, lägg till i varukorgen, köp, köp nu,
legg i handlekurv, legg i handlekurven, kjøp, læg i kurv, læg i indkøbskurv, føj til kurv, køb, køb nu,
lisää ostoskoriin, lisää koriin, osta, osta nyt, do koszyka, dodaj do koszyka, kup teraz, kup, kupuję, do košíku,
přidat do košíku, vložit do košíku, koupit, do košíka, vložiť do košíka, pridať do košíka, kúpiť, kosárba,
kosárba teszem, megveszem, megvásárlás, adaugă în coș, adauga in cos, adaugă in coș, cumpără, cumpara acum,
u košaricu, dodaj u košaricu, stavi u košaricu, kupi, kupi sada, v košarico, dodaj v košarico, купить, в корзину,
добавить в корзину, купить сейчас, заказать, в кошик, до кошика, купити, додати в кошик, купи, добави в количката,
добави в кошницата, sepete ekle, satın al, hemen al, προσθήκη στο καλάθι, στο καλάθι, αγορά, αγόρασε τώρα,
أضف إلى السلة, اضف للسلة, أضف إلى عربة التسوق, إضافة إلى السلة, أضف للعربة, اشتري الآن, اشتر الآن, شراء,
افزودن به سبد خرید, הוסף לסל, הוספה לסל, הוסיפו לסל, קנה עכשיו, לרכישה, कार्ट में जोड़ें, अभी खरीदें,
thêm vào giỏ hàng, thêm vào giỏ, mua ngay, tambah ke keranjang, beli sekarang, masukkan keranjang, 加入购物车,
加入購物車, 立即购买, 立即購買, 馬上購買, 直接購買, カートに入れる, カートに追加, 買い物かごに入れる, 今すぐ買う,
今すぐ購入, 購入する, 장바구니, 장바구니 담기, 구매하기, 바로구매, ใส่ตะกร้า, หยิบใส่ตะกร้า, เพิ่มลงตะกร้า, ซื้อเลย,
ซื้อสินค้า
"""

BRAND_LINES = (
    r"visit the (.+) store", r"besuchen sie den (.+)[- ]store", r"visiter la boutique (.+)", r"visita lo store di (.+)",
    r"visita la tienda de (.+)", r"ga naar de (.+)[- ]store", r"besök (.+)[- ]store", r"odwiedź sklep (.+)",
    r"visite a loja (.+)",
)  # fmt: skip
"""Links to a brand's own shop, with the brand in brackets."""


BYLINES = (
    r"(?:written |posted |published |words )?by:? (.{3,60})", r"von:? (.{3,60})", r"(?:écrit )?par:? (.{3,60})",
    r"por:? (.{3,60})", r"(?:scritto )?(?:di|da):? (.{3,60})", r"door:? (.{3,60})", r"(?:av|af):? (.{3,60})",
    r"(?:kirjoittanut|autor|автор|szerző|yazar|autorka|napsal|napísal|text|words)(?:: ?| )(.{3,60})",
    r"(?:作者|著者|文|글|كتب|بقلم|מאת)[:：]? ?(.{2,60})",
)  # fmt: skip
"""Lines that name the author of a text, with the name in brackets."""


_LONGEST_AUTHOR_WORDS = 6
_SENTENCE = re.compile(r"[,;:!?]|\w{3,}\.")
"""What is in a sentence and in no name."""


@lru_cache(maxsize=4096)
def byline_of(text: str) -> str:
    """Return the author whom a line names, and little else; empty for other lines.

    >>> byline_of("by Ann Lee"), byline_of("von A. van der Lee"), byline_of("Text Ann is long"), byline_of("byte 12")
    ('Ann Lee', 'A. van der Lee', '', '')
    """
    if len(text) > MAX_STATUS_CHARS:
        return ""
    found = next((match[1] for match in (pattern.fullmatch(text.strip()) for pattern in bylines()) if match), "")
    words = found.split()
    capital = sum(not word[0].islower() for word in words)  # letters of other scripts are neither
    is_name = 0 < len(words) <= _LONGEST_AUTHOR_WORDS and 2 * capital >= len(words) and not words[0][0].islower()
    return found if is_name and not _SENTENCE.search(found) else ""


@cache
def bylines() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of lines that name the author of a text, with the name as their first group."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in BYLINES)


def label_key(text: str) -> str:
    """Return a label in the form in which labels are compared.

    >>> label_key("Item #:"), label_key("Art.-Nr."), label_key("Artikel-Nummer")
    ('item no', 'art no', 'artikel no')
    """
    found = _WORD.findall(_NUMBER_SIGN.sub(" no ", text.casefold()))
    return " ".join("no" if word in _NUMBER_WORDS else word for word in found)


@cache
def _labels() -> Mapping[str, str]:
    table: dict[str, str] = {}
    for name, text in LABELS.items():
        for phrase in text.split(","):
            if key := label_key(phrase):
                table.setdefault(key, name)
    return table


@lru_cache(maxsize=4096)
def label_name(label: str) -> tuple[str, str]:
    """Return the fact that a label names, and the phrase of the table that says so; two empty texts for none.

    The phrase is the whole label but for words in brackets, or several words of it with one or two before them ("Our
    item number") or one behind.
    """
    key = label_key(re.sub(r"[(（\[].*?[)）\]]", " ", label[:60]))
    table, found = _labels(), key.split()
    for start in range(min(len(found), 3)):
        phrase = " ".join(found[start:])
        if phrase in table and (start == 0 or len(found) - start > 1 or phrase in STRONG_IDENTIFIERS):
            return table[phrase], phrase
    begins = " ".join(found[:-1])
    return (table[begins], begins) if len(found) > 2 and begins in table else ("", "")


@cache
def _buttons() -> frozenset[str]:
    return frozenset(key for phrase in BUY.split(",") if (key := label_key(phrase)))


@cache
def _states() -> Mapping[str, str]:
    states = {label_key(phrase): state for state, phrases in STATES.items() for phrase in phrases}
    return {**{label_key(phrase): "SoldOut" for phrase in OVER.split(",")}, **states}


@lru_cache(maxsize=4096)
def stock_status(text: str) -> str:
    """Return the state of schema.org's `ItemAvailability` that a short text says, and little else; empty for others.

    >>> stock_status("In stock."), stock_status("Derzeit nicht verfügbar"), stock_status("Chat is unavailable")
    ('InStock', 'OutOfStock', '')
    """
    if len(text) > MAX_STATUS_CHARS:
        return ""
    if (address := _SCHEMA_ORG.sub("", text.strip())) != text.strip() or address.isalpha():
        by_name = {state.casefold(): state for state in (*STATES, *OTHER_STATES)}
        if state := by_name.get(address.casefold()):
            return state
    if _COUNT_LEFT.fullmatch(text.strip(" .!")):
        return "InStock"
    states = _states()
    first = _FIRST_PART.split(text.strip(), maxsplit=1)[0]
    for part in (text, first):
        found = label_key(part).split()
        if state := states.get(" ".join(found)):
            return state
        # Most of a short text, at its beginning: "In stock at our shop".
        for size in range(min(len(found) - 1, _LONGEST_PHRASE), 1, -1):
            if 2 * size >= len(found) and (state := states.get(" ".join(found[:size]))):
                return state
    return ""


@lru_cache(maxsize=4096)
def is_buy_button(text: str) -> bool:
    """Tell whether a button's text offers to buy the thing, which can be had then."""
    return len(text) <= 60 and label_key(text) in _buttons()
