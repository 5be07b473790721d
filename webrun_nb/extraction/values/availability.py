"""Words for the availability of goods, in many languages, as the states of schema.org's `ItemAvailability`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from webrun_nb.extraction.values.locale import plain

_MOST_CHARACTERS = 200

STATES: Mapping[str, tuple[str, ...]] = {
    "Discontinued": (
        "discontinued", "no longer available", "no longer sold", "end of life", "nicht mehr lieferbar",
        "nicht mehr verfügbar", "nicht mehr erhältlich", "plus disponible", "plus commercialisé",
        "descatalogado", "ya no disponible", "non più disponibile", "fuori produzione", "niet meer leverbaar",
        "fora de linha", "utgått", "utgår ur sortimentet", "udgået", "utgått fra sortimentet", "wycofany",
        "снят с производства", "生産終了", "販売終了", "取扱終了", "停产", "已停售", "단종",
    ),
    "PreOrder": (
        "pre-order", "preorder", "pre order", "available for pre-order", "vorbestellbar", "vorbestellung",
        "vorbestellen", "précommande", "precommande", "en précommande", "preventa", "reserva anticipada",
        "preordine", "prenotazione", "pré-venda", "pre-venda", "voorbestelling", "reserveren", "förbeställ",
        "förhandsboka", "forudbestil", "forhåndsbestill", "ennakkotilaus", "przedsprzedaż", "předobjednávka",
        "предзаказ", "передзамовлення", "ön sipariş", "طلب مسبق", "予約", "予約受付中", "预订", "预售", "預購",
        "예약판매", "đặt trước",
    ),
    "BackOrder": (
        "backorder", "back-order", "on backorder", "back order", "available on order", "on order",
        "special order", "auf bestellung", "nachbestellt", "sur commande", "bajo pedido", "su ordinazione",
        "sob encomenda", "op bestelling", "beställningsvara", "bestillingsvare", "tilaustuote",
        "na zamówienie", "na objednávku", "под заказ", "під замовлення", "お取り寄せ", "取り寄せ", "주문 제작",
    ),
    "SoldOut": (
        "sold out", "ausverkauft", "restlos ausverkauft", "vergriffen", "épuisé", "agotado", "agotada",
        "esaurito", "esgotado", "uitverkocht", "slutsåld", "udsolgt", "utsolgt", "loppuunmyyty", "wyprzedany",
        "wyprzedane", "vyprodáno", "vypredané", "elfogyott", "epuizat", "изчерпан", "распродано", "розпродано",
        "εξαντλήθηκε", "εξαντλημένο", "tükendi", "نفد", "نفدت الكمية", "אזל מהמלאי", "売り切れ", "完売",
        "品切れ", "售罄", "售完", "已售完", "품절", "매진", "hết hàng", "habis", "terjual habis",
    ),
    "OutOfStock": (
        "out of stock", "out-of-stock", "outofstock", "not in stock", "not available", "unavailable",
        "no stock", "currently unavailable", "temporarily unavailable", "temporarily out", "0 in stock",
        "nicht auf lager", "nicht vorrätig", "nicht verfügbar", "nicht lieferbar", "derzeit nicht",
        "kein bestand", "en rupture", "rupture de stock", "indisponible", "non disponible",
        "pas en stock", "hors stock", "sin existencias", "sin stock", "no disponible", "fuera de stock",
        "non in magazzino", "non in stock", "sem estoque", "sem stock", "indisponível", "fora de estoque",
        "niet op voorraad", "niet beschikbaar", "niet leverbaar", "ej i lager", "inte i lager", "slut i lager",
        "ikke på lager", "ei varastossa", "ei saatavilla", "niedostępny", "niedostępne",
        "brak w magazynie", "produkt niedostępny", "není skladem", "nedostupné", "nie je skladom",
        "nincs raktáron", "nincs készleten", "nem elérhető", "stoc epuizat", "indisponibil",
        "не е в наличност", "няма наличност", "нет в наличии", "отсутствует", "нет на складе",
        "немає в наявності", "немає на складі", "μη διαθέσιμο", "δεν υπάρχει", "stokta yok",
        "stokta bulunmuyor", "غير متوفر", "غير متاح", "אזל", "לא במלאי", "ناموجود", "स्टॉक में नहीं",
        "สินค้าหมด", "tạm hết", "stok kosong", "在庫なし", "在庫切れ", "入荷待ち", "缺货", "无货", "無貨",
        "缺貨", "재고 없음", "일시품절",
        "temporarily out of stock", "currently not available", "derzeit nicht verfügbar",
        "derzeit nicht lieferbar", "momentan nicht verfügbar", "actuellement indisponible",
        "en rupture de stock", "no disponible por el momento", "temporalmente sin stock",
        "produto indisponível", "non disponibile", "attualmente non disponibile", "tijdelijk uitverkocht",
        "tillfälligt slut", "loppu varastosta", "niedostępna", "brak towaru", "momentálně nedostupné",
        "momentálně nedostupný", "nie je na sklade", "momentálne nedostupné",
        "momentálne nie je možné produkt kúpiť", "nem rendelhető", "produs indisponibil",
        "nu este in stoc", "nu este disponibil", "rasprodano", "nije dostupno", "nije na zalihi",
        "nedostupno", "nema na zalihi", "trenutno nedostupno", "razprodano", "ni na zalogi",
        "товар закончился", "изчерпано", "няма в наличност", "نفد المخزون",
        "نفذت الكمية", "לא זמין", "अनुपलब्ध", "tạm hết hàng", "stok habis", "已售罄", "補貨中", "無庫存",
    ),
    "LimitedAvailability": (
        "limited availability", "limited stock", "low stock", "low in stock", "almost gone", "few left",
        "nur noch wenige", "wenige verfügbar", "begrenzt verfügbar", "stock limité", "últimas unidades",
        "ultimi pezzi", "últimas peças", "beperkt leverbaar", "beperkte voorraad", "få i lager", "få på lager",
        "ostatnie sztuki", "мало", "осталось мало", "残りわずか", "在庫わずか", "库存紧张", "稀少",
    ),
    "InStock": (
        "in stock", "in-stock", "instock", "available now", "available", "ready to ship", "sofort versandfertig",
        "sofort versandbereit", "ships today",
        "ships immediately", "auf lager", "vorrätig", "verfügbar", "lieferbar", "sofort lieferbar", "lagernd",
        "en stock", "disponible", "en existencia", "disponibile", "in magazzino", "em estoque", "em stock",
        "disponível", "op voorraad", "leverbaar", "beschikbaar", "i lager", "finns i lager", "på lager",
        "varastossa", "saatavilla", "dostępny", "dostępne", "na stanie", "w magazynie", "skladem", "skladom",
        "dostupné", "raktáron", "készleten", "elérhető", "în stoc", "disponibil", "в наличност", "наличен",
        "в наличии", "есть в наличии", "на складе", "в наявності", "є в наявності", "διαθέσιμο", "σε απόθεμα",
        "stokta", "stokta var", "متوفر", "متاح", "במלאי", "זמין", "موجود", "स्टॉक में", "उपलब्ध", "มีสินค้า",
        "còn hàng", "tersedia", "在庫あり", "在庫有り", "有货", "有貨", "现货", "現貨", "재고 있음",
        "구매 가능",
        "available from these sellers", "disponible auprès de ces vendeurs",
        "erhältlich bei diesen anbietern", "disponibile presso questi venditori",
        "disponible a través de estos vendedores", "available to buy", "sofort verfügbar",
        "disponible immédiatement", "hay existencias", "disponibilità immediata", "direct leverbaar",
        "heti saatavilla", "dostępna", "produkt dostępny", "na skladě", "na sklade", "in stoc",
        "na zalihi", "na stanju", "dostupno", "raspoloživo", "na zalogi", "dobavljivo", "налично",
        "mevcut", "άμεσα διαθέσιμο", "متوفر في المخزون", "קיים במלאי", "구매가능", "พร้อมส่ง",
    ),
}  # fmt: skip
"""Phrases by state, in lower case."""
_ALSO: Mapping[str, str] = {
    "instoreonly": "InStoreOnly", "onlineonly": "OnlineOnly", "presale": "PreSale",
    "limitedavailability": "LimitedAvailability", "soldout": "SoldOut", "madetoorder": "MadeToOrder",
    "reserved": "Reserved",
}  # fmt: skip
_ENTAILED = {"SoldOut": "OutOfStock", "Discontinued": "OutOfStock", "LimitedAvailability": "InStock"}
"""The wider state that a state is one of, for choices that lack the narrow one."""
_LATER = (
    "available from", "available in", "available on", "available soon", "soon available", "available again",
    "coming soon", "back in stock", "in stock soon", "not yet in stock", "not available for", "when available",
    "when in stock", "if available", "subject to availability", "demnächst", "verfügbar ab", "lieferbar ab",
    "wieder verfügbar", "wieder lieferbar", "wieder auf lager", "bald verfügbar", "bientôt disponible",
    "bientôt en stock", "disponible à partir", "disponible le", "de nouveau disponible", "disponible desde",
    "disponible el", "disponible próximamente", "próximamente", "disponibile da", "disponibile dal",
    "presto disponibile",
    "disponibile a partire", "disponível a partir", "disponível em breve", "beschikbaar vanaf", "leverbaar vanaf",
    "binnenkort", "weer leverbaar", "snart i lager", "kommer snart", "snart på lager", "tilbage på lager",
    "tilbake på lager", "tulossa", "dostępne od", "wkrótce", "brzy skladem", "скоро", "ожидается", "очікується",
    "yakında", "قريبا", "近日入荷", "入荷予定", "即将", "即將", "到货通知", "곧 입고", "재입고",
)  # fmt: skip
"""Phrases that speak of another time or condition: with one of them, a text says no state."""
_IN_STOCK_COUNT = re.compile(
    r"(?:only )?\b[1-9]\d{0,4} (?:left|in stock|available|items? left|auf lager|en stock|på lager)"
    r"|nur noch [1-9]|noch [1-9]\d{0,4} (?:stück|verfügbar|auf lager)|plus que [1-9]|quedan [1-9]|restano [1-9]"
    r"|nog (?:maar )?[1-9]\d{0,4} op voorraad|осталось [1-9]|残り[1-9]|[仅僅]剩[1-9]"
)
"""A count of what is left."""


_STATE_OF = dict.fromkeys(_LATER, "") | {phrase: state for state, phrases in STATES.items() for phrase in phrases}
_WHOLE_WORD = re.compile(r"[a-z\u00c0-\u052f].*", re.DOTALL)
"""Phrases of scripts that set words apart."""


def _pattern(phrase: str) -> str:
    return rf"\b{re.escape(phrase)}(?!\w)" if _WHOLE_WORD.match(phrase) else re.escape(phrase)


_PHRASE = re.compile("|".join(map(_pattern, sorted(_STATE_OF, key=len, reverse=True))))
"""Any phrase; the longest first, so that "not in stock" is not read as the "in stock" in it."""


def availability(text: str) -> str | None:
    """Return the state of schema.org that a text says; None where it says none or several.

    >>> availability("Nicht auf Lager"), availability("https://schema.org/InStock"), availability("Only 3 left")
    ('OutOfStock', 'InStock', 'InStock')
    """
    line = " ".join(plain(text[:_MOST_CHARACTERS]).lower().split())
    name = line.removeprefix("https:").removeprefix("http:").removeprefix("//").removeprefix("schema.org/")
    name = name.removeprefix("www.schema.org/").replace(" ", "").replace("_", "")
    for state in STATES:
        if name == state.casefold():
            return state
    if name in _ALSO:
        return _ALSO[name]
    if _IN_STOCK_COUNT.search(line):
        return "InStock"
    found = {_STATE_OF[match[0]] for match in _PHRASE.finditer(line)}
    return found.pop() or None if len(found) == 1 else None


def entailed_choice(state: str, choices: Mapping[str, str]) -> str | None:
    """Return the choice that a state entails, by the choices' names in lower case without spaces and underscores."""
    for name in (state, _ENTAILED.get(state, "")):
        if name and name.casefold() in choices:
            return choices[name.casefold()]
    return None
