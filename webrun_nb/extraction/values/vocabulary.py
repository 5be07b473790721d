"""Words around and instead of values, by language: limits, estimates, ranges, yes and no, "in stock", small numbers.

Each table is by language; a lookup takes the page's language and English, or all languages where it is not known.
CLDR has no such words; what it has (months, magnitudes, units) is in `locale`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from webrun_nb.extraction.values.locale import base_language, word_key

_BLANKS = frozenset(
    {"", "-", "--", "---", "–", "—", "——", "―", "…", "..", "...", ":", "/", "\\", "?", "•", "·", "*", ".", "−"}
    | {"n/a", "n.a.", "n.a", "na", "nan", "none", "null", "nil", "n/d", "nd", "n.d.", "n.v.t.", "k. a.", "k.a.", "k.a"}
    | {
        "keine angabe",
        "entfällt",
        "s/d",
        "s. d.",
        "n.c.",
        "nc",
        "n.r.",
        "tba",
        "tbd",
        "tbc",
        "unknown",
        "not available",
    }
    | {
        "not applicable",
        "нет данных",
        "н/д",
        "brak",
        "b/d",
        "b.d.",
        "ei tietoa",
        "saknas",
        "不明",
        "なし",
        "无",
        "無",
        "없음",
    }
    | {
        "غير متوفر",
        "لا يوجد",
        "-.-",
        "_",
        "—.—",
        "no data",
        "keine",
        "aucun",
        "ninguno",
        "nessuno",
        "geen",
        "ingen",
    }
)
"""Texts that say that there is no value."""

_BOUNDS: Mapping[str, Mapping[str, str]] = {
    "": {
        "≥": "low", "≤": "high", ">": "over", "<": "under", ">=": "low", "<=": "high", "=>": "low", "=<": "high",
        "min": "low", "max": "high", "minimum": "low", "maximum": "high",
    },
    "en": {
        "from": "low", "starting at": "low", "starting from": "low", "starts at": "low", "at least": "low",
        "since": "low", "and up": "low", "or more": "low", "and over": "low", "and above": "low",
        "over": "over", "above": "over", "more than": "over", "greater than": "over", "exceeds": "over",
        "under": "under", "below": "under", "less than": "under", "fewer than": "under", "up to": "high",
        "at most": "high", "no more": "high", "not more than": "high", "or less": "high", "or fewer": "high",
        "almost": "under", "nearly": "under", "upto": "high", "till": "high", "until": "high", "within": "high",
    },
    "de": {
        "ab": "low", "von": "low", "mindestens": "low", "mind": "low", "über": "over", "mehr als": "over",
        "unter": "under", "weniger als": "under", "bis": "high", "bis zu": "high", "höchstens": "high",
        "maximal": "high", "oder mehr": "low", "und mehr": "low", "fast": "under", "knapp": "under", "gut": "over",
    },
    "fr": {
        "dès": "low", "à partir": "low", "partir de": "low", "au moins": "low", "plus de": "over",
        "moins de": "under", "jusqu'à": "high", "jusque": "high", "au plus": "high", "ou plus": "low", "et plus": "low",
        "près de": "under", "au-dessus de": "over", "inférieur à": "under", "supérieur à": "over",
    },
    "es": {
        "desde": "low", "partir de": "low", "al menos": "low", "más de": "over", "menos de": "under",
        "hasta": "high", "como máximo": "high", "o más": "low", "y más": "low", "casi": "under",
    },
    "it": {
        "da": "low", "partire da": "low", "almeno": "low", "più di": "over", "oltre": "over", "meno di": "under",
        "fino a": "high", "sotto": "under", "o più": "low", "quasi": "under", "sopra": "over",
    },
    "pt": {
        "desde": "low", "partir de": "low", "pelo menos": "low", "mais de": "over", "acima de": "over",
        "menos de": "under", "abaixo de": "under", "até": "high", "ou mais": "low", "quase": "under",
    },
    "nl": {
        "vanaf": "low", "van": "low", "minstens": "low", "meer dan": "over", "boven": "over", "minder dan": "under",
        "onder": "under", "tot": "high", "hoogstens": "high", "of meer": "low", "bijna": "under",
    },
    "sv": {"från": "low", "minst": "low", "över": "over", "mer än": "over", "under": "under", "mindre än": "under",
           "upp till": "high", "högst": "high", "nästan": "under", "fr.o.m": "low", "t.o.m": "high"},
    "da": {"fra": "low", "mindst": "low", "over": "over", "mere end": "over", "under": "under", "op til": "high"},
    "nb": {"fra": "low", "minst": "low", "over": "over", "mer enn": "over", "under": "under", "opptil": "high",
           "inntil": "high", "opp til": "high"},
    "fi": {"alkaen": "low", "alk": "low", "vähintään": "low", "yli": "over", "alle": "under", "enintään": "high"},
    "pl": {"od": "low", "co najmniej": "low", "ponad": "over", "powyżej": "over", "poniżej": "under", "do": "high",
           "mniej niż": "under", "więcej niż": "over", "prawie": "under"},
    "cs": {"od": "low", "nejméně": "low", "přes": "over", "nad": "over", "pod": "under", "do": "high", "až": "high"},
    "sk": {"od": "low", "najmenej": "low", "nad": "over", "pod": "under", "do": "high", "až": "high"},
    "hu": {"legalább": "low", "több mint": "over", "kevesebb mint": "under", "legfeljebb": "high", "akár": "high",
           "-tól": "low", "-től": "low"},
    "ro": {"de la": "low", "cel puțin": "low", "peste": "over", "sub": "under", "până la": "high"},
    "ru": {"от": "low", "с": "low", "не менее": "low", "более": "over", "свыше": "over", "больше": "over",
           "менее": "under", "меньше": "under", "до": "high", "не более": "high", "почти": "under"},
    "uk": {"від": "low", "не менше": "low", "понад": "over", "більше": "over", "менше": "under", "до": "high"},
    "el": {"από": "low", "τουλάχιστον": "low", "πάνω από": "over", "κάτω από": "under", "έως": "high"},
    "tr": {"en az": "low", "en fazla": "high", "itibaren": "low", "'den başlayan": "low"},
    "ar": {"من": "low", "ابتداء من": "low", "أكثر من": "over", "أقل من": "under", "حتى": "high", "على الأقل": "low"},
    "he": {"מ": "low", "החל מ": "low", "לפחות": "low", "מעל": "over", "עד": "high", "פחות מ": "under"},
    "fa": {"از": "low", "بیش از": "over", "کمتر از": "under", "تا": "high"},
    "ja": {"から": "low", "以上": "low", "より": "low", "以下": "high", "まで": "high", "未満": "under", "超": "over"},
    "zh": {"起": "low", "以上": "low", "至少": "low", "以下": "high", "不超过": "high",
           "超过": "over", "不到": "under"},
    "ko": {"부터": "low", "이상": "low", "이하": "high", "까지": "high", "미만": "under", "초과": "over"},
    "hi": {"से": "low", "कम से कम": "low", "तक": "high"},
    "vi": {"từ": "low", "ít nhất": "low", "hơn": "over", "trên": "over", "dưới": "under",
           "đến": "high", "tối đa": "high"},
    "id": {"mulai": "low", "dari": "low", "mulai dari": "low", "lebih dari": "over", "kurang dari": "under",
           "hingga": "high", "sampai": "high"},
}  # fmt: skip
"""Limits: `low` and `high` include the number, `over` and `under` do not."""

_ABOUT: Mapping[str, str] = {
    "": "≈ ~ ± ca ca. c c. circa cca approx approximately",
    "en": "about around roughly some estimated est",
    "de": "ungefähr etwa rund zirka zirca schätzungsweise",
    "fr": "environ env autour quelque",
    "es": "aproximadamente aprox unos unas alrededor cerca",
    "it": "circa approssimativamente",
    "pt": "aproximadamente aprox cerca",
    "nl": "ongeveer circa rond",
    "sv": "ungefär cirka omkring",
    "da": "omkring cirka",
    "nb": "omtrent cirka rundt",
    "fi": "noin n",
    "pl": "około ok",
    "cs": "asi přibližně zhruba",
    "hu": "kb körülbelül",
    "ro": "aproximativ cca",
    "ru": "около примерно приблизительно ок порядка",
    "uk": "близько приблизно",
    "el": "περίπου",
    "tr": "yaklaşık",
    "ar": "حوالي تقريبا نحو",
    "ja": "約 およそ",
    "zh": "约 約 大约 大約",
    "ko": "약",
    "hi": "लगभग करीब",
    "vi": "khoảng",
    "id": "sekitar",
}
_RANGE: Mapping[str, str] = {
    "": "",
    "en": "to|and|through|until",
    "de": "bis|und|bis zu",
    "fr": "à|et|jusqu'à|au",
    "es": "a|y|hasta",
    "it": "a|e|fino a|al",
    "pt": "a|e|até",
    "nl": "tot|en|t/m|tot en met",
    "sv": "till|och",
    "da": "til|og",
    "nb": "til|og",
    "fi": "ja",
    "pl": "do|a",
    "cs": "až|do|a",
    "sk": "až|do|a",
    "hu": "és",
    "ro": "și|până la|la",
    "ru": "до|и",
    "uk": "до|і",
    "el": "έως|και",
    "tr": "ile|ila",
    "ar": "إلى|حتى|و",
    "he": "עד",
    "ja": "から|~",
    "zh": "至|到",
    "ko": "에서|부터",
    "hi": "से",
    "vi": "đến",
    "id": "sampai|hingga|-",
}
_RANGE_OPENINGS = frozenset(
    {"from", "between", "von", "zwischen", "de", "du", "entre", "da", "dal", "tra", "fra", "van", "tussen", "från"}
    | {"mellan", "mellem", "mellom", "od", "între", "от", "від", "từ", "dari", "من", "از"}
)
"""Words before the first end of a range."""
_OUT_OF: Mapping[str, str] = {
    "": "/",
    "en": "out of|of|out of a possible",
    "de": "von|aus",
    "fr": "sur|étoiles sur",
    "es": "de|sobre|de un total de|estrellas de",
    "it": "su|stelle su",
    "pt": "de|em|estrelas de",
    "nl": "van de|van|uit|op",
    "sv": "av",
    "da": "ud af|af",
    "nb": "av",
    "fi": "/",
    "pl": "na|z",
    "cs": "z",
    "ro": "din",
    "ru": "из",
    "uk": "з|із",
    "el": "από|στα",
    "tr": "üzerinden",
    "ar": "من",
    "he": "מתוך",
    "ja": "のうち",
    "zh": "颗星，最多|/",
    "vi": "trên",
    "id": "dari",
}
_HARMLESS: Mapping[str, str] = {
    "": "# no. nr. n° nº № # : = ×",
    "en": "only now just rated rating score total qty quantity price sum amount rank number no nr pack of is are a the "
    "sale our your new current currently",
    "de": "nur jetzt heute bewertung gesamt menge preis anzahl nr rang stück uvp pro",
    "fr": "seulement note prix total quantité quantite n nº rang",
    "es": "solo sólo ahora puntuación total cantidad precio nota número",
    "it": "solo ora voto totale quantità prezzo numero",
    "pt": "só apenas agora nota total quantidade preço por número",
    "nl": "slechts nu score totaal aantal prijs nummer",
    "sv": "endast nu betyg totalt antal pris",
    "pl": "tylko ocena razem ilość cena",
    "ru": "всего только сейчас оценка рейтинг цена итого количество",
    "tr": "sadece fiyat toplam puan",
    "ja": "合計 価格 評価 全",
    "zh": "仅 共 价格 评分 第 售价 現價 现价",
    "ar": "فقط السعر سعر المجموع",
}
"""Words before a number that do not change it. `of` stands in "pack of 10"."""

_SPELLED: Mapping[str, str] = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve",
    "de": "null|ein,eine,einen,einer|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf",
    "fr": "zéro|un,une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze",
    "es": "cero|un,una,uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce",
    "it": "zero|un,una,uno|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici",
    "pt": "zero|um,uma|dois,duas|três|quatro|cinco|seis|sete|oito|nove|dez|onze|doze",
    "nl": "nul|één,een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf",
    "sv": "noll|en,ett|två|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|tolv",
    "pl": "zero|jeden,jedna,jedno|dwa,dwie|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć|dziesięć",
    "ru": "ноль|один,одна,одно|два,две|три|четыре|пять|шесть|семь|восемь|девять|десять",
}
"""The numbers from 0 on as words."""

_YES: Mapping[str, str] = {
    "": "✓ ✔ ☑ ✅ true 🗸 √ ✔️ ✓️",
    "en": "yes y on true included enabled available active supported",
    "de": "ja wahr vorhanden enthalten aktiv verfügbar",
    "fr": "oui vrai inclus disponible actif",
    "es": "sí si verdadero incluido disponible activo",
    "it": "sì si vero incluso disponibile attivo",
    "pt": "sim verdadeiro incluído disponível ativo",
    "nl": "ja waar inbegrepen beschikbaar actief",
    "sv": "ja sant ingår aktiv",
    "da": "ja sandt",
    "nb": "ja sant",
    "fi": "kyllä on tosi",
    "pl": "tak prawda",
    "cs": "ano pravda",
    "sk": "áno pravda",
    "hu": "igen igaz van",
    "ro": "da adevărat",
    "bg": "да вярно",
    "ru": "да есть истина верно",
    "uk": "так є",
    "el": "ναι ναί",
    "tr": "evet var doğru",
    "ar": "نعم صحيح",
    "he": "כן",
    "fa": "بله دارد",
    "hi": "हाँ हां",
    "th": "ใช่ มี",
    "vi": "có đúng",
    "id": "ya benar ada",
    "ja": "はい 有 あり ○ ◯ 有り",
    "zh": "是 有 支持",
    "ko": "예 네 있음 지원",
}
_NO: Mapping[str, str] = {
    "": "✗ ✘ ☒ ❌ ✖ × false ✕ ✖️ ❌️",
    "en": "no n off false disabled unavailable inactive unsupported",
    "de": "nein falsch inaktiv",
    "fr": "non faux indisponible inactif",
    "es": "no falso inactivo",
    "it": "no falso inattivo",
    "pt": "não nao falso inativo indisponível",
    "nl": "nee onwaar inactief",
    "sv": "nej falskt",
    "da": "nej falsk",
    "nb": "nei usant",
    "fi": "ei epätosi",
    "pl": "nie fałsz",
    "cs": "ne nepravda",
    "sk": "nie nepravda",
    "hu": "nem hamis nincs",
    "ro": "nu fals",
    "bg": "не",
    "ru": "нет ложь",
    "uk": "ні немає",
    "el": "όχι οχι",
    "tr": "hayır yok yanlış",
    "ar": "لا",
    "he": "לא",
    "fa": "خیر ندارد",
    "hi": "नहीं",
    "th": "ไม่ ไม่ใช่ ไม่มี",
    "vi": "không",
    "id": "tidak bukan",
    "ja": "いいえ 無 なし × ✕ 無し",
    "zh": "否 没有 无 無 不支持",
    "ko": "아니오 아니요 없음",
}
"""Words for no. Words and signs that mean yes in one place and no in another (×, ○) count only where the language or
the column settles them."""


def is_blank(text: str) -> bool:
    """Return whether a text says that there is no value."""
    return text.casefold().strip() in _BLANKS


def _parts(text: str) -> list[str]:
    return text.split("|") if "|" in text else text.split()


@lru_cache(256)
def _meanings(table: int, language: str) -> Mapping[str, str]:
    tables = (_ABOUT, _RANGE, _OUT_OF, _HARMLESS, _YES, _NO)
    chosen = tables[table]
    languages = _languages(chosen, language)
    return MappingProxyType({word.casefold().strip("."): word for one in languages for word in _parts(chosen[one])})


def _languages(table: Mapping[str, object], language: str) -> list[str]:
    """Return the languages of a table to look into: the page's and English, or all where it is not known."""
    base = base_language(language)
    base = {"no": "nb", "nn": "nb", "iw": "he", "in": "id"}.get(base, base)
    return [one for one in ("", "en", base) if one in table] if base in table or base else list(table)


@lru_cache(256)
def bound_words(language: str) -> Mapping[str, str]:
    """Return the words for limits: `low`, `high`, `over`, `under` by word."""
    return MappingProxyType(
        {key: value for one in _languages(_BOUNDS, language) for key, value in _BOUNDS[one].items()}
    )


def about_words(language: str) -> Mapping[str, str]:
    """Return the words for estimates."""
    return _meanings(0, language)


def range_words(language: str) -> Mapping[str, str]:
    """Return the words between the ends of a range."""
    return _meanings(1, language)


def opens_range(word: str) -> bool:
    """Return whether a word may stand before the first end of a range (`from 5 to 10`)."""
    return word.casefold() in _RANGE_OPENINGS


def out_of_words(language: str) -> Mapping[str, str]:
    """Return the words between a rating and the best rating: `4 out of 5`."""
    return _meanings(2, language)


def harmless_words(language: str) -> Mapping[str, str]:
    """Return the words before a number that do not change its meaning."""
    return _meanings(3, language)


@lru_cache(64)
def _spelled(language: str) -> Mapping[str, int]:
    known: dict[str, int] = {}
    for one in _languages(_SPELLED, language):
        for number, words in enumerate(_parts(_SPELLED[one])):
            known.update(dict.fromkeys(words.split(","), number))
    return MappingProxyType(known)


def spelled_number(word: str, language: str) -> int | None:
    """Return the number that a word says, up to twelve; None for any other word.

    >>> spelled_number("One", "en"), spelled_number("zwölf", "de"), spelled_number("dozen", "en")
    (1, 12, None)
    """
    return _spelled(language).get(word.casefold().strip(".,"))


_NOT = frozenset({"not", "nicht", "non", "no", "não", "niet", "inte", "ikke", "ei", "nie", "не"})
"""Words that turn the word for yes behind them into no: `not included`."""


def boolean(text: str, language: str) -> bool | None:
    """Return the truth value that a whole text says; None where it says none, or both in different languages.

    >>> boolean("Ja", "de"), boolean("✗", ""), boolean("maybe", "en")
    (True, False, None)
    """
    key = word_key(text)
    yes, no = key in _meanings(4, language), key in _meanings(5, language)
    if not yes and not no:
        first, _, rest = key.partition(" ")
        no = first in _NOT and rest in _meanings(4, language)
    return None if yes == no else yes
