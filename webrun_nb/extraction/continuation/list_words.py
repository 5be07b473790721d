"""The words of the controls and remarks around a list, in all languages: next page, load more, loading, results.

They are short and stand in controls beside a list, so that a word of another language is no danger.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from webrun_nb.extraction.naming.names import plain

_NEXT = """
next|older|older posts|older entries|older items|earlier
weiter|nächste|nächster|nächstes|vorwärts|ältere|ältere beiträge
suivant|suivante|suivants|suivantes|siguiente|siguientes|próxima|próximo|següent
successivo|successiva|successivi|successive|avanti|prossimo|prossima|seguente|próximo|próxima|seguinte|avançar
volgende|nästa|næste|neste|seuraava|seuraavat|następna|następny|następne|dalej
další|následující|ďalšia|ďalší|ďalšie|ďalej|nasledujúca|következő|tovább|következő oldal|următoarea|următorul|înainte
следующая|следующий|следующие|далее|дальше|вперёд|вперед|след|наступна|наступний|далі|напред|следваща
sljedeća|sljedeće|naprijed|dalje|sledeća|следећа|naslednja|επόμενη|επόμενο|επόμενα|sonraki|ileri
التالي|التالية|הבא|הבאה|לעמוד הבא|בעדי|بعدی|صفحه بعد|अगला|अगले|आगे|পরবর্তী|ถัดไป|หน้าถัดไป|หน้าต่อไป
tiếp|tiếp theo|trang sau|trang tiếp|kế tiếp|selanjutnya|berikutnya|lanjut|seterusnya
järgmine|nākamā|nākamais|kitas|toliau
次へ|次|次ページ|次のページ|次のページへ|下一页|下一頁|下页|下頁|后页|下一步|다음|다음 페이지|다음페이지
"""
"""Names of controls that lead to the next page of a list."""

_PAGE = """
page|pages|seite|seiten|pagina|página|pàgina|paginas|pagine|bladzijde|sida|sidan|side|siden|sivu|strona|stronę|stránka
strana|stranu|oldal|страница|страницу|сторінка|страница|стр|stranica|stran|σελίδα|sayfa|صفحة|الصفحة|صفحه|עמוד|דף|पृष्ठ
पेज|หน้า|trang|halaman|muka|ページ|页|頁|쪽|페이지|lapa|puslapis|lehekülg|p
"""
"""Words for a page of a list."""

_MORE = """
more|additional|mehr|weitere|weiteres|plus|davantage|supplémentaires|suivants|más|mas|altri|altre|altro|più|ulteriori
mais|meer|nog|fler|flere|mer|mere|lisää|enemmän|więcej|kolejne|další|více|viac|ďalšie|több|további|továbbiak|mai|mult
ещё|еще|больше|ще|більше|още|повече|još|više|več|περισσότερα|περισσότερες|περισσότερους|κι|daha
المزيد|مزيد|بیشتر|עוד|और|अधिक|thêm|lebih|lagi|rohkem|vairāk|daugiau|més
"""
_SHOW = """
load|show|view|see|display|fetch|get|laden|lade|anzeigen|zeigen|zeige|ansehen|einblenden|nachladen|charger|afficher|voir
montrer|cargar|mostrar|ver|carica|mostra|vedi|visualizza|carregar|tonen|toon|weergeven|bekijk|bekijken|visa|ladda|hämta
vis|hent|indlæs|last|näytä|lataa|hae|pokaż|załaduj|wczytaj|zobacz|zobrazit|načíst|zobraziť|načítať|betöltés|betöltése
megjelenítése|mutass|încarcă|afișează|arată|vezi|показать|загрузить|смотреть|показати|завантажити|покажи|зареди|prikaži
učitaj|εμφάνιση|φόρτωση|δείτε|προβολή|göster|yükle|gör|عرض|تحميل|إظهار|اظهار|نمایش|بارگذاری|הצג|טען|הראה|दिखाएं|दिखाएँ
देखें|लोड|xem|tải|hiển|muat|lihat|tampilkan|näita|rādīt|rodyti|carrega|mostra
"""
"""Words of controls that add rows: one of the first and one of the second kind, or one of the first and a result."""
_ALL = """
all|every|alle|alles|sämtliche|tous|toutes|tout|todos|todas|todo|tutti|tutte|tutto|tudo|allt|alla|kaikki|wszystkie|vše
všechny|všetky|összes|mind|toate|все|всі|всички|све|sve|vse|όλα|όλες|όλους|tümü|tümünü|hepsini|الكل|כל|הכל|همه|सभी
tất|semua|kõik|visi|visus|tots
"""
"""Words of buttons that show all rows, beside one of the words for showing."""
_ALL_UNSPACED = (
    r"(?:すべて|全て|全件|全部|所有)(?:を|の)?(?:表示|見る|显示|顯示|查看)|(?:显示|顯示|查看)(?:全部|所有)"
    r"|(?:모두|전체)\s?보기|(?:ดู|แสดง)ทั้งหมด"
)
_MORE_UNSPACED = (
    r"もっと(?:見る|読み込む|表示)|さらに(?:表示|見る|読み込)|続きを(?:見る|表示|読み込)|(?:加载|載入|显示|顯示|查看|浏览|看)更多|更多(?:结果|結果)"
    r"|더\s?(?:보기|불러오기|보여주기|많은)|(?:โหลด|แสดง|ดู)[^\s]{0,12}เพิ่ม"
)
"""The same of languages that write no spaces between words."""
_NOT_MORE = """
less|fewer|about|details|info|information|options|filters|filter|read|learn|weniger|moins|menos|meno|minder
"""
"""Words of controls that show more about something, or less."""

_LOADING = """
loading|loading more|please wait|fetching|one moment|lädt|wird geladen|laden|lade|bitte warten|einen moment
chargement|chargement en cours|veuillez patienter|cargando|un momento|espere|caricamento|caricamento in corso|attendere
carregando|a carregar|aguarde|bezig met laden|even geduld|laddar|läser in|vänta|indlæser|henter|laster|laster inn|vent
ladataan|odota|ładowanie|wczytywanie|proszę czekać|načítání|načítám|načítava sa|betöltés|kérem várjon|se încarcă
загрузка|загружается|идёт загрузка|подождите|завантаження|зареждане|učitavanje|nalaganje|φόρτωση|yükleniyor|bekleyin
جار التحميل|جاري التحميل|جارٍ التحميل|תוען|טוען|نحمل|در حال بارگذاری|लोड हो रहा है|กำลังโหลด|đang tải|memuat|laadimine
読み込み中|読込中|ロード中|加载中|正在加载|載入中|正在載入|불러오는 중|로딩 중|로드 중|잠시만 기다려주세요|carregant
"""
"""Texts that stand where rows are about to come."""

_RESULTS = """
result|results|hit|hits|match|matches|matching|record|records|entry|entries|item|items|row|rows|total|found|listing
listings|treffer|ergebnis|ergebnisse|ergebnissen|einträge|eintrag|einträgen|artikel|artikeln|produkte|produkten|angebote
angeboten|datensätze|datensätzen|gefunden|insgesamt|résultat|résultats|articles|article|produits|annonces|offres|entrées
trouvés|trouvées|trouvé|resultado|resultados|artículos|productos|registros|entradas|anuncios|encontrados|risultato
risultati|articoli|prodotti|annunci|elementi|trovati|itens|produtos|artigos|anúncios|resultaten|resultaat|artikelen
producten|gevonden|treffar|resultat|resultater|produkter|annonser|träffar|poster|hittade|fund|fundet|varer|treff|funnet
tulosta|tulokset|hakutulosta|tuotetta|kohdetta|osumaa|wyników|wyniki|wynik|produktów|ofert|ogłoszeń|pozycji|wpisów
znaleziono|výsledků|výsledky|položek|produktů|záznamů|nalezeno|výsledkov|položiek|produktov|záznamov|találat|találatok
termék|tétel|rezultate|produse|anunțuri|găsite|результат|результатов|результата|результаты|товаров|товара|товар|записей
объявлений|предложений|найдено|всего|результатів|товарів|записів|оголошень|знайдено|всього|резултата|продукта|rezultata
rezultatov|proizvoda|αποτελέσματα|αποτέλεσμα|προϊόντα|εγγραφές|sonuç|ürün|kayıt|ilan|adet|bulundu|toplam|نتيجة|نتائج
النتائج|منتج|منتجات|عنصر|إعلان|إجمالي|מוצרים|תוצאות|פריטים|רשומות|نتیجه|مورد|کالا|परिणाम|उत्पाद|रिकॉर्ड|รายการ|ผลลัพธ์
สินค้า|kết|quả|sản|phẩm|mục|hasil|produk|barang|entri|tulemust|toodet|rezultāti|rezultatai|resultats|productes
"""
"""Words for the rows of a list."""
_RESULTS_UNSPACED = (
    r"\d\s?(?:件|個|点|名|人|条|條|个|项|項|款|개|건|명)|(?:全|共|总共|总|總|총|전체)\s?\d|(?:结果|結果|결과)"
)
_UNSPACED_NEXT = re.compile(r"次の\s?\d{1,4}\s?件")
# Not by letters: vowel signs of several scripts are none to `re`.
_BETWEEN_WORDS = re.compile(r"[\s\d!-/:-@\[-`{-~¡-¿‹›«»←→…“”„–—·•❮❯▶◀⟨⟩,،。、:!]+")
_ARROW = re.compile(r"[›»→❯▶⟩>➡]{1,2}")
_NAME_CHARS = 60


@lru_cache(8)
def _phrases(table: str) -> frozenset[str]:
    phrases = (phrase.strip() for line in table.split("\n") for phrase in line.split("|"))
    return frozenset(plain(phrase) for phrase in phrases if phrase)


@lru_cache(8)
def _words(table: str) -> frozenset[str]:
    return frozenset(plain(word) for word in re.split(r"[\s|]+", table) if word)


def words_of(text: str) -> list[str]:
    """Return the words of a text in their plainest form, without numbers."""
    return [word for word in _BETWEEN_WORDS.split(plain(text[: 3 * _NAME_CHARS])) if word]


def is_next(name: str) -> bool:
    """Tell whether a control with this name leads to the next page of a list, as far as its words say.

    >>> is_next("Next page ›"), is_next("Nächste Seite"), is_next("下一页"), is_next("Next slide")
    (True, True, True, False)
    """
    if len(name) > _NAME_CHARS:
        return False
    words = words_of(name)
    if " ".join(words) in _phrases(_NEXT) or _UNSPACED_NEXT.search(name):
        return True
    if any(char.isdecimal() for char in name):  # "Next 20 results", but not "Next article"
        words = [word for word in words if word not in _words(_RESULTS)]
    rest = [word for word in words if word not in _words(_PAGE)]
    if " ".join(words) in _phrases(_NEXT):
        return True
    has_page = len(rest) < len(words)
    # "Go to the next page of results" has words besides: a word for a page is next to that for the next then.
    is_named = " ".join(rest) in _phrases(_NEXT)
    return has_page and (is_named or (len(words) <= 8 and bool(_neighbours(words) & _pairs())))


def is_page_name(name: str) -> bool:
    """Tell whether a name has a word for a page of a list."""
    return has_page_word(words_of(name))


def is_arrow(name: str) -> bool:
    """Tell whether a name is nothing but an arrow to the right.

    >>> is_arrow("›"), is_arrow(" » "), is_arrow("«"), is_arrow("a > b")
    (True, True, False, False)
    """
    return _ARROW.fullmatch(name.strip()) is not None


def is_more(name: str, *, is_button: bool = True) -> bool:
    """Tell whether a control with this name adds rows to a list, as far as its words say.

    >>> is_more("Show 20 more jobs"), is_more("Weitere Ergebnisse"), is_more("もっと見る"), is_more("Show more details")
    (True, True, True, False)
    >>> is_more("More"), is_more("More", is_button=False), is_more("Show"), is_more("Alle 45 anzeigen")
    (True, False, False, True)
    """
    if not name.strip() or len(name) > _NAME_CHARS:
        return False
    if re.search(_MORE_UNSPACED, name) or (is_button and re.search(_ALL_UNSPACED, name)):
        return True
    words = words_of(name)
    if is_button and len(words) <= 5 and any(word in _words(_ALL) for word in words):
        return any(word in _words(_SHOW) for word in words) and not any(word in _words(_NOT_MORE) for word in words)
    if not any(word in _words(_MORE) for word in words) or any(word in _words(_NOT_MORE) for word in words):
        return False
    rest = [word for word in words if word not in _words(_MORE)]
    if not rest:
        return is_button
    return any(word in _words(_SHOW) or word in _words(_RESULTS) for word in rest) and len(words) <= 7


def is_loading(text: str) -> bool:
    """Tell whether a text says that something is about to come.

    >>> is_loading("Loading…"), is_loading("Wird geladen ..."), is_loading("Loading dock"), is_loading("読み込み中")
    (True, True, False, True)
    """
    if not 2 < len(text) <= 40 or text[0].isdecimal():
        return False
    said = " ".join(words_of(text))
    if not said or said not in _phrases(_LOADING):
        return False
    # Words that are also names of things and of buttons ("Laden", "wait") need their dots.
    return " " in said or len(said) > 7 or "…" in text or "..." in text or not text.isascii()


def has_page_word(words: list[str]) -> bool:
    """Tell whether one of some words stands for a page."""
    return any(word in _words(_PAGE) for word in words)


def has_result_word(text: str, own: frozenset[str] = frozenset()) -> bool:
    """Tell whether a text names the rows of a list: by a word for any, or by one of `own`, the list's own words."""
    words = words_of(text)
    return any(word in _words(_RESULTS) or word in own for word in words) or (
        re.search(_RESULTS_UNSPACED, text) is not None
    )


@lru_cache(1)
def _pairs() -> frozenset[tuple[str, str]]:
    nexts = {phrase for phrase in _phrases(_NEXT) if " " not in phrase}
    pages = _words(_PAGE)
    return frozenset(pair for one in nexts for page in pages for pair in ((one, page), (page, one)))


def _neighbours(words: list[str]) -> set[tuple[str, str]]:
    return set(pairwise(words))
