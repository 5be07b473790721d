"""The words that tell the role of an amount beside them, in many languages, and those that are currencies.

One table for each role. Words are compared in lower case, with spaces for punctuation; several words are a phrase.
"""

from __future__ import annotations

from collections.abc import Mapping

CURRENT = """
price, now, now only, sale, sale price, our price, special price, deal price, only, today, buy new, buy it now,
offer price, you pay, your price, current price, current bid, pay only, discounted price, final price, special,
reduced to, item price, preis, jetzt, nur, aktionspreis, angebotspreis, sonderpreis, unser preis, sofort kaufen,
endpreis, prix, maintenant, prix de l offre, notre prix, prix actuel, prix promo, prix spécial, achat immédiat,
precio, ahora, precio actual, precio oferta, oferta, precio especial, precio final, contado, prezzo, ora, adesso,
prezzo scontato, prezzo attuale, prezzo offerta, a soli, preço, agora, por, preço atual, preço promocional, à vista,
prijs, nu, onze prijs, actieprijs, voor slechts, pris, nå, nyt pris, vores pris, vår pris, kampanjpris, tilbudspris,
hinta, nyt, tarjoushinta, cena, teraz, cena promocyjna, nasza cena, akční cena, naše cena, nyní, akciová cena,
naša cena, najnižšia cena, ár, most, akciós ár, mostani ár, preț, pret, acum, preț special, cijena, akcijska cijena,
sada, zdaj, akcijska cena, цена, сейчас, текущая цена, цена со скидкой, ціна, зараз, акційна ціна, сега, fiyat, şimdi,
indirimli fiyat, satış fiyatı, τιμή, τώρα, سعر, السعر, الآن, السعر الحالي, قیمت, מחיר, רק, עכשיו, מחיר מבצע, कीमत,
मूल्य, giá, giá bán, harga incl vat, inc vat, including tax, inkl mwst, mit mwst, brutto, ttc, iva incluido, con iva,
iva inclusa, ivato, com iva, incl btw, inkl moms, z vat, s dph, vč dph, áfával, cu tva, s pdv om, с ндс, з пдв,
kdv dahil
"""
OLD = """
was, list, list price, rrp, msrp, srp, mrp, m r p, regular, regular price, reg, reg price, original, original price,
originally, normal, normal price, normally, compare at, compared to, before, previous price, previously, retail,
retail price, typical price, old price, full price, first price, valued at, lowest price in the last 30 days, statt,
uvp, uvp des herstellers, unverb preisempf, unverbindliche preisempfehlung, bisher, bisheriger preis, vorher,
alter preis, ursprünglich, ursprünglicher preis, streichpreis, normalpreis, listenpreis, früher, ehemaliger neupreis,
niedrigster preis der letzten 30 tage, 30 tage bestpreis, regulärer preis, originalpreis, prix conseillé, au lieu de,
prix barré, ancien prix, avant, prix public, prix de référence, prix d origine, prix initial, prix de vente conseillé,
était, antes, precio anterior, pvp, pvpr, pvp recomendado, precio recomendado, precio de lista, precio normal,
precio original, precio habitual, precio regular, prezzo consigliato, prezzo di listino, prima, invece di, anziché,
prezzo originale, prezzo precedente, listino, preço anterior, preço original, preço de tabela, adviesprijs,
oude prijs, oorspronkelijke prijs, normale prijs, ord pris, ordinarie pris, ordinarie, tidigare, tidigare pris,
rek pris, förr, før, førpris, veil pris, veiledende pris, vejl pris, normalpris, norm, norm hinta, ovh, ennen,
alkuperäinen hinta, cena regularna, poprzednia cena, stara cena, było, cena katalogowa, najniższa cena z 30 dni,
najniższa cena z ostatnich 30 dni, původní cena, běžná cena, dříve, doporučená cena, pôvodná cena, bežná cena,
predtým, odporúčaná cena, eredeti ár, régi ár, listaár, korábbi ár, pret vechi, preț vechi, prp, preț recomandat,
preț întreg, redovna cijena, stara cijena, redna cena, стара цена, редовна цена, старая цена, было, вместо,
обычная цена, стара ціна, було, звичайна ціна, eski fiyat, liste fiyatı, önceki fiyat, piyasa fiyatı, αρχική τιμή,
παλιά τιμή, πριν, السعر السابق, قبل, كان, بدلا من, السعر الأصلي, במקום, מחיר קודם, מחיר מקורי, מחיר מחירון, מחיר רגיל,
قیمت قبلی, एमआरपी, giá gốc, giá cũ, giá niêm yết, giá thị trường, harga normal, harga asli
"""
UNIT = """
unit price, price per unit, grundpreis, prix au kilo, prix au kg, prix au litre, prix unitaire, precio por unidad,
prezzo al kg, prezzo unitario, eenheidsprijs, jämförpris, jfr pris, enhetspris, vertailuhinta, cena za kg,
cena za jednostkę, měrná cena, jednotková cena, egységár, preț unitar, цена за единицу, birim fiyat, 1 kg, 1 l, 100 g,
100 ml, 1 litre, 1 liter
"""
INSTALMENT = """
payments of, monthly payments of, instalments of, installments of, interest free payments of, weekly, monthly, month,
from month, per month, a month, instalment, installment, financing, deposit, rate, raten, monatliche rate,
ratenzahlung, monatlich, mtl, anzahlung, mensualités de, mensualités, fois, par mois, cuotas, cuotas de, plazos de,
plazos,
mensualidades de, meses de, pagos de, al mes, financiación, rate da, rate di, al mese, parcelas de, vezes de, x de,
por mês, sem juros, termijnen van, per maand, per månad, månadskostnad, delbetalning, pr måned, kuukaudessa, raty,
rat po, rata, splátky, splátka, splátek po, měsíčně, mesačne, részlet, havi, rate lunare, lunar, rata lunara,
rata lunară, rata mjesečno, mjesečno, mesečno, месяц, в месяц, рассрочка, платеж, на місяць, taksit, ay, aylık, دفعات,
شهريا, تشלומים, תשלומים, לחודש, ayda
"""
THRESHOLD = """
over, above, under, below, orders of, orders over, orders above, order of, at least, minimum, min, min order, spend,
up to, more than, less than, starting at orders, when you spend, for orders, exceed, exceeding, bestellwert von,
mindestbestellwert, über, ab einem bestellwert von, bei bestellungen über, bestellungen ab, versandkostenfrei ab,
kostenlos ab, kostenloser versand ab, gratis versand ab, unter, bis zu, bis, mehr als, à partir de, dès, supérieur à,
supérieure à, plus de, moins de, jusqu à, minimum de, commande de, más de, menos de, superiores a, a partir de, hasta,
mínimo, superiori a, oltre, più di, meno di, almeno, fino a, a partire da, acima de, superior a, mais de, até, boven,
meer dan, vanaf, minimaal, onder, över, minst, fra, yli, alle, vähintään, powyżej, od, do, za min, nad, pod,
při nákupu nad, pri nákupe nad, felett, legalább, peste, minim, iznad, preko, най малко, над, свыше, от, до, более,
менее, понад, від, üzeri, altı, en az, πάνω από, άνω των, أكثر من, أقل من, فوق, للطلبات فوق, מעל, עד, trên, dưới,
di atas, minimal
"""
SAVING = """
save, you save, saving, savings, off, discount, coupon, voucher, cashback, gift card, rebate, credit, reward, rewards,
get, sie sparen, spare, sparen, du sparst, ersparnis, rabatt, gutschein, nachlass, économisez, vous économisez,
remise, réduction, économie, bon d achat, ahorra, ahorras, ahorro, descuento, cupón, risparmia, risparmi, sconto,
buono, poupe, poupa, economize, desconto, cupom, bespaar, je bespaart, korting, spara, du sparar, spar, du sparer,
rabat, säästä, säästät, alennus, oszczędzasz, zaoszczędź, kupon, zniżka, ušetříte, ušetrite, ušetríte, sleva, zľava,
megtakarítás, kedvezmény, megtakarít, reducere, economisești, economisesti, ušteda, uštedite, popust, prihranek,
скидка, экономия, вы экономите, знижка, економія, отстъпка, спестявате, indirim, kazanç, kazancınız, έκπτωση,
κερδίζετε, وفر, خصم, توفير, חיסכון, הנחה, חסכת, छूट, बचत, tiết kiệm, giảm, hemat, diskon, späť, body, nectar points
"""
SHIPPING = """
shipping, delivery, postage, p p, shipping cost, shipping costs, import charges, handling, versand, versandkosten,
lieferung, lieferkosten, livraison, frais de port, frais de livraison, port, envío, gastos de envío, spedizione,
spese di spedizione, consegna, frete, entrega, portes, verzending, verzendkosten, bezorging, bezorgkosten, frakt,
fragt, toimitus, toimituskulut, wysyłka, dostawa, koszt dostawy, doprava, poštovné, dopravné, szállítás,
szállítási díj, livrare, cost livrare, transport, dostava, poštarina, доставка, стоимость доставки, kargo,
kargo ücreti, αποστολή, μεταφορικά, الشحن, رسوم الشحن, التوصيل, משלוח, דמי משלוח, כולל משלוח, phí vận chuyển, ongkir
"""
OTHER = """
total, subtotal, total price, grand total, cart, my cart, basket, bag, trolley, total cost, costo total, gesamtpreis,
gesamt, summe, warenkorb, panier, prix total, cesta, carrito, carrello, totale, totaal, winkelwagen, varukorg, koszyk,
razem, košík, kosár, összesen, coș, total de plată, итого, корзина, toplam, sepet, المجموع, סהכ, סה כ, approximately,
approx, estimate, estimated, circa, ca, etwa, ungefähr, environ, aproximadamente, около, starting price, starting bid,
reserve price, trade in, used, buy used, new used, new used from, from other sellers, refurbished, neuf,
neufs occasions, neu ab, gebraucht, occasion, usado, usato, fee, fees, insurance, warranty, versicherung, garantie,
per bid, tip, offers from, offerta da, offre à partir de, budget, revenue, salary, fine
"""
NET = """
excl vat, ex vat, exc vat, excluding vat, without vat, plus vat, excl tax, ex tax, exc tax, excluding tax, without tax,
excl gst, ex gst, exc gst, zzgl mwst, ohne mwst, exkl mwst, zzgl ust, exkl ust, netto, nettopreis, net, net price, ht,
hors tax, hors taxe, hors taxes, hors tva, sin iva, iva no incluido, iva esclusa, iva escl, senza iva, sem iva,
excl btw, ex btw, exkl moms, ekskl moms, exklusive moms, alv 0, bez vat, bez dph, áfa nélkül, fără tva, bez pdv a,
bez pdv, bez ddv, без ндс, без пдв, без ддс, kdv hariç, χωρίς φπα, لا يشمل الضريبة, לפני מעמ
"""

NO_SPACES = {
    "current": "现价 售价 售價 特价 特價 促销价 优惠价 優惠價 价格 價格 価格 販売価格 税込 特価 가격 판매가 할인가 "
    "ราคา",
    "old": "原价 原價 市场价 市場價 市價 定价 定價 建議售價 参考价 參考價 通常価格 定価 参考価格 希望小売価格 旧価格 "
    "元の価格 정가 기존가 시중가 소비자가 ราคาปกติ ราคาเดิม",
    "instalment": "分期 每月 每期 月々 分割 ヶ月 개월 할부 ต่อเดือน ผ่อน",
    "threshold": "满 滿 以上 低于 低於 以下 이상 이하 ขั้นต่ำ",
    "saving": "节省 節省 省 立减 立減 折扣 抵用 割引 値引 お得 クーポン 할인 적립 쿠폰 ลด ประหยัด",
    "shipping": "运费 運費 配送費 送料 배송비 ค่าส่ง ค่าจัดส่ง",
    "net": "税抜 税別 不含税 未税 稅前 별도", "other": "合计 合計 总计 總計 小计 小計 約 约 합계 รวม",
    "unit": "单价 單價 単価 당",
}  # fmt: skip
"""Words of scripts that put no spaces between words."""

BEFORE: Mapping[str, str] = {
    "current": CURRENT, "old": OLD, "unit": UNIT, "instalment": INSTALMENT, "threshold": THRESHOLD, "saving": SAVING,
    "shipping": SHIPPING, "other": OTHER, "net": NET,
}  # fmt: skip
"""The words that stand before an amount, by its role."""

AFTER: Mapping[str, str] = {
    "instalment": "x months, instalments, installments, cuotas, raten, mensualités, parcelas, rate, rat, splátek",
    "rate": """
        monthly, mtl, monatlich, mensuels, mensuales, mensais, mensili, kk, miesięcznie, měsíčně, mesačne, havonta,
        lunar, mjesečno, mesečno, в месяц, на місяць, aylık, شهريا, לחודש, weekly, wöchentlich, yearly, annually,
        jährlich, nightly, hourly, pm, pcm, pw, p m, p a, mo, mth
    """,
    "saving": """
        off, discount, saved, cheaper, coupon, cashback, rabatt, gespart, günstiger, gutschein, de réduction,
        de remise, d économie, de descuento, menos, di sconto, de desconto, korting, rabat, alennusta, taniej, sleva,
        zľava, kedvezmény, reducere, popust, скидка, скидки, знижка, indirim, خصم, הנחה, gift card
    """,
    "shipping": """
        shipping, delivery, postage, p p, versand, versandkosten, lieferung, de livraison, livraison,
        de frais de port, de envío, envío, spedizione, di spedizione, de frete, frete, verzendkosten, frakt, fragt,
        toimitus, dostawa, doprava, szállítás, livrare, dostava, доставка, kargo, משלוח
    """,
    "threshold": """
        or more, and up, and over, and above, minimum, oder mehr, et plus, o más, o più, ou mais, of meer, lub więcej,
        a více, и более, ve üzeri, üzeri, üzerine, üstü, ve üstü
    """,
    "old": "rrp, msrp, uvp, list price, originally, retail value",
    "net": NET,
    "other": "deposit, fee, trade in, budget, per bid, tax, total",
}  # fmt: skip
"""The words that stand directly after an amount, by its role."""

FREE_SHIPPING = """
free shipping, free delivery, free postage, ships free, versandkostenfrei, versandfrei, portofrei, kostenloser versand,
kostenfreier versand, gratis versand, kostenlose lieferung, gratis lieferung, livraison gratuite, livraison offerte,
envío gratis, envío gratuito, spedizione gratuita, spedizione gratis, frete grátis, gratis verzending, gratis bezorging,
fri frakt, gratis frakt, darmowa dostawa, darmowa wysyłka, doprava zdarma, ingyenes szállítás, livrare gratuită,
besplatna dostava, бесплатная доставка, безкоштовна доставка, ücretsiz kargo, kargo bedava, شحن مجاني, משלוח חינם
"""
"""What a threshold ("from $50") gives, where it stands behind it."""
UNITS = """
kg, g, gr, gram, grams, kilo, mg, 100g, 1kg, 100 g, l, lt, ltr, litre, liter, litro, litru, ml, cl, dl, 100ml, 1l, oz,
ounce, fl oz, floz, lb, lbs, pound, m, m2, m², m³, qm, mq, sq ft, ft², ft, sqft, sqm, yd, yard, cm, gal, gallon, pint,
unit, unité, unidad, unità, unidade, stück, stk, st, count, ct, pc, sheet, roll, load, wash, dose, tablet, kw, kwh,
kwp, mb, gb, кг, г, л, мл, шт, м, м2, м², kus, ks, db, szt, buc, kom, adet, kpl, piece, item, kilogram, kilogramm,
metre, meter, metro, blatt, waschladung, 斤, 克, 升, 毫升, 公斤
"""
"""Units that follow a price for one of them: "per kg", "/ 100 ml"."""
PERIODS = """
hour, hr, h, day, night, week, month, mo, year, yr, annum, person, guest, adult, stunde, tag, nacht, woche, monat,
jahr, heure, jour, nuit, semaine, mois, an, personne, hora, día, noche, semana, mes, año, persona, ora, giorno, notte,
settimana, mese, anno, dia, noite, mês, ano, pessoa, uur, dag, maand, jaar, persoon, timme, dygn, natt, vecka, månad,
mån, md, måned, år, time, døgn, nat, uge, tunti, päivä, yö, viikko, kk, kuukausi, vuosi, godz, godzina, doba, dzień,
noc, tydzień, mies, miesiąc, rok, osoba, hodina, hod, den, týden, měsíc, deň, týždeň, mesiac, óra, nap, éj, éjszaka,
hét, hó, hónap, év, fő, oră, zi, noapte, săptămână, lună, sat, dan, tjedan, mjesec, teden, mesec, leto, час, день,
сутки, ночь, неделю, месяц, мес, год, чел, доба, ніч, тиждень, місяць, міс, рік, saat, gün, gece, hafta, ay, yıl,
kişi, ώρα, ημέρα, νύχτα, μήνα, χρόνο, ساعة, يوم, ليلة, أسبوع, شهر, سنة, שעה, יום, לילה, שבוע, חודש, שנה, giờ, ngày,
đêm, tuần, tháng, năm, jam, hari, malam, bulan, tahun, 月, 年, 日, 晚, 夜, 泊, 人, 時間, 월, 년, 박
"""
"""Periods and persons that a price is for one of: "per night", "/ month"."""
PER = "a, an, per, pro, je, par, por, al, alla, au, za, pe, на, за, kohti, pour, pr, na, el, x, ea, each"
"""Words between an amount and the unit that it is the price of one of."""

MORE_CURRENCIES = (
    *("р.", "б.р.", "б. р.", "сум", "сом", "тенге", "تومان", "ریال"),
    *('ש"ח', "ש״ח", "NTD", "грн.", "лв.", "ден."),
)
"""What is written for a currency, beside the table of `currencies`."""
NO_CURRENCIES = frozenset({"km", "KM", "ft", "FT", "bs", "din", "dh", "cfa", "kc"})
"""What the table of `currencies` has, but what stands beside numbers as other words do ("12 km", "6 ft")."""
CODES_THAT_ARE_WORDS = frozenset(
    {"KM", "ALL", "TOP", "CUP", "PEN", "MOP", "LAK", "ANG", "GEL", "BAM", "COP", "COU", "SOS", "VES", "TRY"}
)
"""ISO codes that stand beside numbers as other words do ("TOP 10"); they count as currencies behind a number only."""
