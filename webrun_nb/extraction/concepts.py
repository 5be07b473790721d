"""The concepts that columns are about, each with the words for it in many languages.

A word may stand for several concepts ("number"). Words of one phrase are joined by `_`; phrases are looked up before
their words. Words are listed in their dictionary form: `names` compares stems and knows plurals and compounds.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # things, and how they are called
    "name": (
        "name title headline heading caption designation bezeichnung titel benennung nom titre intitulé"
        " désignation libellé nombre título denominación nome titolo denominazione naam benaming namn navn nimi"
        " otsikko nazwa tytuł imię název jméno názov megnevezés név cím denumire titlu nume ad adı isim başlık имя"
        " название наименование заголовок назва найменування όνομα τίτλος ονομασία اسم الاسم عنوان العنوان نام שם"
        " כותרת नाम शीर्षक ชื่อ tên tiêu_đề nama judul 名前 名称 タイトル 件名 名 이름 명칭 제목 标题 名稱 標題"
        " 姓名"
    ),
    "item": (
        "item product article thing entry object goods artikel produkt ware posten gegenstand produit objet"
        " artículo producto elemento articolo prodotto artigo produto tuote vara towar položka výrobek termék"
        " tétel articol produs ürün товар продукт позиция изделие προϊόν είδος منتج المنتج محصول מוצר פריט उत्पाद"
        " वस्तु สินค้า sản_phẩm produk barang 商品 製品 品名 品目 상품 제품 품목 产品 產品 line_item"
    ),
    "model": (
        "model type modell modèle modelo modello модель malli μοντέλο موديل الطراز مدل דגם मॉडल รุ่น mẫu 型号"
        " 型號 機種 モデル 모델"
    ),
    "description": (
        "description summary text body abstract excerpt detail content comment beschreibung inhalt descripción"
        " resumen descrizione descrição resumo omschrijving beschrijving beskrivning beskrivelse kuvaus opis popis"
        " leírás descriere açıklama описание текст опис περιγραφή وصف الوصف توضیحات תיאור विवरण รายละเอียด mô_tả"
        " deskripsi 説明 内容 설명 내용 描述 说明 說明 message review_text quote particulars libellé"
    ),
    "note": (
        "note remark comment footnote anmerkung bemerkung hinweis remarque nota observación observação"
        " osservazione opmerking anmärkning merknad bemærkning huomautus uwaga poznámka megjegyzés observație not"
        " примечание примітка σημείωση ملاحظة ملاحظات הערה टिप्पणी หมายเหตุ ghi_chú catatan 備考 注 비고 备注 備註"
    ),
    "category": (
        "category kind type genre class department section group topic kategorie gattung gruppe art rubrik"
        " catégorie categoría tipo género categoria categorie soort kategori laji luokka kategoria rodzaj druh"
        " kategória tür категория тип вид рубрика раздел категорія κατηγορία τύπος فئة الفئة نوع النوع دسته"
        " קטגוריה סוג श्रेणी प्रकार หมวดหมู่ ประเภท loại danh_mục jenis カテゴリ カテゴリー 種類 分類 종류 분류"
        " 카테고리 类别 分类 類別"
    ),
    "tag": (
        "tag keyword label schlagwort stichwort mot_clé étiquette etiqueta palabra_clave parola_chiave"
        " palavra_chave etichetta trefwoord słowo_kluczowe тег метка タグ 태그 标签 標籤"
    ),
    "identifier": (
        "sku id code mpn identifier ref reference article_number item_number item_no item_code part_number"
        " part_no product_code product_number product_id model_number catalog_number catalogue_number stock_code"
        " artikelnummer artikel_nr art_nr bestellnummer kennung référence réf referencia código codice riferimento"
        " codigo referência referentie artikelnr tuotenumero indeks kod_produktu kód cikkszám cod ürün_kodu"
        " stok_kodu артикул код код_товара κωδικός رمز كود رقم_المنتج شناسه מקט कोड รหัส mã kode 品番 型番"
        " 商品番号 商品コード 상품코드 품번 货号 貨號 编号 編號"
    ),
    "gtin": (
        "gtin ean upc isbn barcode gtin13 gtin8 gtin12 gtin14 strichcode code_barres código_de_barras"
        " codice_a_barre штрихкод штрих_код バーコード 바코드 条形码 jan"
    ),
    "brand": (
        "brand make manufacturer maker marke hersteller marque fabricant marca fabricante produttore merk"
        " fabrikant märke tillverkare merke produsent mærke producent merkki valmistaja marka značka výrobce márka"
        " gyártó marcă üretici бренд марка производитель виробник μάρκα κατασκευαστής ماركة العلامة_التجارية برند"
        " מותג יצרן ब्रांड แบรนด์ ยี่ห้อ thương_hiệu merek ブランド メーカー 브랜드 제조사 品牌 制造商"
    ),
    # money
    "price": (
        "price cost pricing rate tariff fare preis kosten tarif prix coût precio coste costo tarifa prezzo preço"
        " custo prijs pris hinta cena koszt ár költség preț fiyat fiyatı ücret цена стоимость ціна вартість τιμή"
        " κόστος سعر السعر ثمن قیمت מחיר कीमत मूल्य दाम ราคา giá harga 価格 値段 料金 가격 요금 价格 價格 售价"
        " 售價 单价"
    ),
    "list": (
        "list old was previous original regular rrp msrp uvp recommended strike liste listen alt vorher statt"
        " barré ancien conseillé antes anterior lista listino precedente consigliato antigo tabela adviesprijs van"
        " ord ordinarie tidligere før stara poprzednia původní běžná eredeti vechi eski старая прежняя стара"
        " αρχική قديم السابق קודם पुराना เดิม cũ lama 定価 通常 정가 原价 原價"
    ),
    "each": (
        "each unit per piece einzel stück einheit pro unitaire unité pièce unitario unidad unità pezzo unitário"
        " unidade stuk stuksprijs styck styk stk kappale sztuka jednostkowy kus jednotka egység darab bucată birim"
        " adet единица штука шт одиниця μονάδα وحدة الوحدة واحد יחידה इकाई หน่วย đơn đơn_vị satuan 単価 単位 単"
        " 단가 单价 單價"
    ),
    "currency": (
        "currency pricecurrency währung devise monnaie moneda valuta divisa moeda munt waluta měna pénznem monedă"
        " para_birimi валюта νόμισμα عملة العملة ارز מטבע मुद्रा สกุลเงิน tiền_tệ mata_uang 通貨 통화 货币 貨幣"
    ),
    "amount": (
        "amount sum value betrag summe wert montant somme valeur importe suma valor importo somma valore montante"
        " bedrag belopp beløp beløb summa kwota wartość částka összeg érték sumă valoare tutar сумма значение сума"
        " ποσό αξία مبلغ المبلغ قيمة סכום ערך राशि จำนวนเงิน số_tiền giá_trị jumlah nilai 金額 額 値 금액 값 金额"
    ),
    "discount": (
        "discount saving reduction rabatt nachlass ersparnis remise réduction descuento ahorro sconto risparmio"
        " desconto korting alennus zniżka rabat sleva kedvezmény reducere indirim скидка знижка έκπτωση خصم تخفیف"
        " הנחה छूट ส่วนลด giảm_giá diskon 割引 할인 折扣"
    ),
    "shipping": (
        "shipping delivery postage freight versand lieferung livraison envío entrega spedizione consegna envio"
        " verzending frakt toimitus dostawa wysyłka doprava szállítás livrare kargo teslimat доставка παράδοση"
        " αποστολή شحن توصيل ارسال משלוח डिलीवरी จัดส่ง giao_hàng pengiriman 送料 配送 배송 运费 運費"
    ),
    "tax": (
        "tax vat gst duty levy steuer mwst ust taxe tva impuesto iva imposta imposto btw moms vero podatek daň"
        " dph adó áfa vergi kdv налог ндс податок пдв φόρος φπα ضريبة الضريبة مالیات מס מעמ कर ภาษี thuế pajak 税"
        " 消費税 세금 税费 稅"
    ),
    "fee": (
        "fee charge commission gebühr provision frais tarifa comisión commissione taxa vergoeding avgift gebyr"
        " maksu opłata prowizja poplatek díj taxă ücret сбор комиссия комісія αμοιβή رسوم کارمزد עמלה शुल्क"
        " ค่าธรรมเนียม phí biaya 手数料 수수료 费用"
    ),
    "revenue": (
        "revenue sales turnover umsatz erlös erlöse einnahmen chiffre_d_affaires recettes ingresos ventas ricavi"
        " fatturato receita vendas faturamento omzet omsättning omsetning omsætning liikevaihto przychód sprzedaż"
        " tržby árbevétel venituri gelir выручка доход оборот виручка дохід έσοδα πωλήσεις إيرادات مبيعات درآمد"
        " הכנסות राजस्व รายได้ doanh_thu pendapatan 売上 売上高 매출 收入 营业收入"
    ),
    "profit": (
        "profit earnings gain gewinn ertrag überschuss bénéfice résultat beneficio ganancia utile profitto lucro"
        " winst vinst overskud overskudd voitto zysk zisk nyereség kâr прибыль прибуток κέρδος ربح أرباح سود רווח"
        " लाभ กำไร lợi_nhuận laba 利益 이익 利润 利潤"
    ),
    "salary": (
        "salary wage pay compensation gehalt lohn vergütung salaire rémunération salario sueldo stipendio salário"
        " remuneração loon salaris lön løn lønn palkka wynagrodzenie pensja plat mzda fizetés bér salariu maaş"
        " зарплата оклад заработная_плата μισθός راتب الراتب حقوق שכר משכורת वेतन เงินเดือน lương gaji 給与 年収"
        " 給料 급여 연봉 工资 薪资 薪水"
    ),
    "rent": (
        "rent miete kaltmiete warmmiete loyer alquiler renta affitto canone aluguel huur hyra leje vuokra czynsz"
        " nájem kira аренда арендная_плата оренда ενοίκιο إيجار اجاره שכירות किराया ค่าเช่า sewa 家賃 賃料 월세"
        " 租金"
    ),
    "balance": (
        "balance saldo solde kontostand bilanz bakiye остаток баланс залишок υπόλοιπο رصيد الرصيد موجودی יתרה शेष"
        " ยอดคงเหลือ số_dư 残高 잔액 余额"
    ),
    "debit": (
        "debit soll withdrawal paid_out belastung débit cargo addebito débito debet uttag дебет списание χρέωση"
        " مدين 出金 출금 支出 支取"
    ),
    "credit": (
        "credit haben deposit paid_in gutschrift crédit abono accredito crédito krediet insättning кредит"
        " зачисление πίστωση دائن 入金 입금 存入"
    ),
    # amounts of things
    "quantity": (
        "quantity qty amount pack menge anzahl stückzahl quantité qté cantidad quantità qtà quantidade qtd"
        " hoeveelheid aantal antal antall mängd mengde mængde määrä ilość liczba množství počet mennyiség"
        " cantitate miktar adet количество кількість ποσότητα كمية الكمية عدد العدد تعداد כמות मात्रा จำนวน"
        " số_lượng kuantitas jumlah 数量 個数 수량 數量 units"
    ),
    "number": (
        "number count no nr num nb total_number anzahl nummer zahl numéro nombre número cantidad numero numer"
        " číslo szám număr numara sayı номер число αριθμός رقم الرقم شماره מספר संख्या क्रमांक หมายเลข số nomor"
        " 番号 数 번호 수 号码"
    ),
    "share": (
        "share percent percentage pct proportion ratio anteil prozent prozentsatz quote pourcentage proporción"
        " porcentaje participación percentuale quota percentagem parcela participação aandeel andel prosentti"
        " osuus udział procent podíl százalék arány pondere oran yüzde pay доля процент частка відсоток ποσοστό"
        " μερίδιο نسبة النسبة سهم درصد אחוז שיעור प्रतिशत हिस्सा ร้อยละ tỷ_lệ persen 割合 比率 構成比 비율 占比"
        " 比例"
    ),
    "shares": (
        "shares units anteile aktien stücke parts actions acciones participaciones azioni quote ações cotas"
        " aandelen aktier osakkeet akcje udziały akcie részvény acțiuni hisse акции паи акції μετοχές أسهم سهام"
        " מניות शेयर หุ้น cổ_phiếu saham 株数 株式 주식 股份"
    ),
    "volume": (
        "volume volumen fondsvolumen vermögen encours volym volum tilavuus objętość wolumen objem térfogat hacim"
        " объём объем обсяг όγκος حجم الحجم נפח आयतन ปริมาตร thể_tích 体積 容積 出来高 거래량 体积"
    ),
    "change": (
        "change difference growth variation veränderung änderung wachstum évolution croissance variación cambio"
        " crecimiento variazione crescita variação crescimento verandering groei förändring endring ændring muutos"
        " zmiana wzrost změna růst változás növekedés schimbare creștere değişim artış изменение рост зміна"
        " зростання μεταβολή αύξηση تغير التغير نمو تغییر שינוי परिवर्तन เปลี่ยนแปลง thay_đổi perubahan 増減 変化"
        " 前年比 변동 증감 变化 涨跌 變動"
    ),
    "return": (
        "return yield performance rendite ertrag rentabilité rendement rendimiento rentabilidad rendimento"
        " avkastning afkast tuotto stopa_zwrotu výnos hozam randament getiri доходность дохідність απόδοση عائد"
        " بازده תשואה प्रतिफल ผลตอบแทน 利回り 수익률 收益率"
    ),
    "total": (
        "total sum overall gesamt summe insgesamt ensemble totale somma totaal totalt summa yhteensä razem ogółem"
        " suma celkem összesen toplam итого всего разом всього σύνολο إجمالي المجموع مجموع סך_הכל סהכ कुल योग รวม"
        " tổng 合計 計 総計 합계 총 合计 总计 總計"
    ),
    "average": (
        "average mean avg durchschnitt mittel moyenne promedio media medio média gemiddelde genomsnitt"
        " gjennomsnitt keskiarvo średnia průměr átlag medie ortalama среднее средний середнє μέσος المتوسط متوسط"
        " میانگین ממוצע औसत เฉลี่ย trung_bình 平均 평균"
    ),
    "minimum": (
        "minimum min low lowest mindest niedrig tief minimal mínimo minimo bas bajo lägsta laveste alin najniższy"
        " nejnižší legalacsonyabb en_düşük минимум минимальный минимальная мінімум ελάχιστο الأدنى حداقل מינימום"
        " न्यूनतम ต่ำสุด thấp_nhất 最低 最小 최저"
    ),
    "maximum": (
        "maximum max high highest höchst hoch maximal máximo massimo haut alto högsta højeste høyeste ylin"
        " najwyższy nejvyšší legmagasabb en_yüksek максимум максимальный максимальная μέγιστο الأعلى حداکثر"
        " מקסימום अधिकतम สูงสุด cao_nhất 最高 最大 최고"
    ),
    "unit": (
        "unit measure einheit maßeinheit unité mesure unidad medida unità misura unidade eenheid enhet enhed"
        " yksikkö jednostka jednotka egység unitate birim единица_измерения единица одиниця μονάδα وحدة یکا יחידה"
        " इकाई หน่วย 単位 단위 单位 單位"
    ),
    # time
    "date": (
        "date day when datum tag jour fecha día data giorno dia dato dag päivämäärä pvm päivä dzień den nap dátum"
        " dată ziua tarih gün дата день число ημερομηνία ημέρα تاريخ التاريخ يوم اليوم تاریخ תאריך יום दिनांक"
        " तारीख दिन วันที่ วัน ngày tanggal hari 日付 年月日 日 期日 날짜 일자 일 日期 stand as_of"
    ),
    "time": (
        "time hour clock zeit uhrzeit uhr heure horaire hora horario ora orario tijd tid klokkeslett aika kello"
        " godzina czas čas hodina idő óra oră saat zaman время час ώρα وقت الوقت ساعة الساعة زمان ساعت שעה זמן समय"
        " เวลา giờ thời_gian waktu jam 時刻 時間 시간 时间"
    ),
    "year": (
        "year yr jahr année an año anno ano jaar år vuosi rok év yıl год рік έτος χρονιά سنة السنة عام سال שנה"
        " वर्ष साल ปี năm tahun 年 年度 연도 년"
    ),
    "month": (
        "month monat mois mes mese mês maand månad måned kuukausi miesiąc měsíc hónap lună ay месяц місяць μήνας"
        " شهر الشهر ماه חודש महीना माह เดือน tháng bulan 月 월"
    ),
    "season": (
        "season saison temporada stagione seizoen säsong sæson sesong kausi sezon sezóna évad сезон σεζόν موسم"
        " فصل עונה सत्र ฤดูกาล mùa 시즌 赛季"
    ),
    "published": (
        "published posted publication publish veröffentlicht erschienen publié publicado pubblicato gepubliceerd"
        " publicerad offentliggjort julkaistu opublikowano zveřejněno publikálva publicat yayın_tarihi"
        " опубликовано опубліковано δημοσιεύτηκε نشر تاريخ_النشر פורסם प्रकाशित เผยแพร่ đăng 公開 公開日 投稿日"
        " 掲載日 게시일 发布 發布 datepublished"
    ),
    "updated": (
        "updated modified revised last_updated last_modified aktualisiert geändert mis_à_jour modifié actualizado"
        " modificado aggiornato atualizado bijgewerkt uppdaterad opdateret oppdatert päivitetty zaktualizowano"
        " aktualizováno frissítve actualizat güncelleme обновлено изменено оновлено ενημερώθηκε تحديث آخر_تحديث"
        " עודכן अद्यतन ปรับปรุง cập_nhật 更新 更新日 수정일 업데이트"
    ),
    "created": (
        "created added opened registered erstellt angelegt créé ajouté creado añadido creato aggiunto criado"
        " adicionado aangemaakt skapad oprettet opprettet luotu utworzono vytvořeno létrehozva создано добавлено"
        " створено δημιουργήθηκε 作成 작성일 创建"
    ),
    "released": (
        "released launched release launch erschienen veröffentlichung sortie parution lanzamiento estreno uscita"
        " lançamento uitgave lansering lansert julkaisu premiera wydanie vydání megjelenés lansare çıkış выход"
        " релиз премьера вихід κυκλοφορία إصدار صدور الإصدار انتشار יציאה रिलीज़ วางจำหน่าย phát_hành rilis 発売"
        " 発売日 公開日 출시 출시일 上映 发行"
    ),
    "start": (
        "start begin beginning from opening since beginn anfang début inicio comienzo inizio início början alku"
        " początek začátek kezdet început başlangıç начало початок έναρξη بداية البدء شروع התחלה आरंभ เริ่ม"
        " bắt_đầu mulai 開始 시작 开始 開始日"
    ),
    "end": (
        "end finish until to ending expiry deadline due closing close closed ende schluss frist fin clôture"
        " cierre fine scadenza término fim encerramento einde slut sluttdato loppu koniec termin konec vég"
        " határidő sfârșit bitiş son окончание конец срок кінець λήξη نهاية الانتهاء پایان סוף अंत สิ้นสุด"
        " kết_thúc berakhir 終了 締切 종료 마감 结束 截止"
    ),
    "ordered": (
        "ordered order_date bestellt bestelldatum commandé pedido ordinato besteld beställd bestilt tilattu"
        " zamówiono objednáno заказано 注文日 주문일 下单"
    ),
    "delivered": (
        "delivered geliefert lieferdatum livré entregado consegnato entregue geleverd levererad leveret levert"
        " toimitettu dostarczono doručeno доставлено 納品日 配達日 배송일 送达"
    ),
    "invoiced": (
        "invoiced billed invoice_date fakturiert rechnungsdatum facturé facturado fatturato faturado gefactureerd"
        " fakturerad faktureret laskutettu zafakturowano fakturováno 請求日 청구일"
    ),
    "duration": (
        "duration length runtime running_time dauer laufzeit spieldauer durée duración durata duração duur"
        " looptijd varaktighet varighed varighet kesto czas_trwania délka trvání időtartam durată süre"
        " длительность продолжительность тривалість διάρκεια مدة المدة مدت משך अवधि ระยะเวลา thời_lượng durasi"
        " 所要時間 再生時間 期間 기간 소요시간 时长 時長"
    ),
    "born": (
        "born birth birthday geboren geburtsdatum geburt né naissance nacido nacimiento nato nascita nascido"
        " nascimento geboorte född fødsel født syntynyt urodzony urodzenia narozen narození született naștere"
        " doğum рождения родился народження γέννηση ولادة الميلاد تولد לידה जन्म เกิด sinh lahir 生年月日 誕生日"
        " 생년월일 出生"
    ),
    "died": (
        "died death gestorben todesdatum décédé mort fallecido muerte morto morte falecido falecimento overleden"
        " död død kuollut zmarł śmierci zemřel úmrtí meghalt deces ölüm смерти умер смерті θάνατος وفاة الوفاة"
        " وفات פטירה मृत्यु 没年 死去 사망 去世 逝世"
    ),
    # people and places
    "author": (
        "author by written_by writer creator byline reviewer autor verfasser auteur écrivain escritor autore scrittore"
        " författare forfatter kirjoittaja tekijä szerző yazar автор συγγραφέας مؤلف المؤلف كاتب الكاتب نویسنده"
        " מחבר लेखक ผู้เขียน tác_giả penulis 著者 作者 投稿者 저자 작성자"
    ),
    "person": (
        "person people who contact member user username employee customer mitarbeiter personne utilisateur"
        " persona usuario utente pessoa usuário persoon gebruiker användare bruger bruker henkilö käyttäjä osoba"
        " użytkownik uživatel kullanıcı человек пользователь сотрудник χρήστης شخص مستخدم کاربر משתמש व्यक्ति"
        " ผู้ใช้ người_dùng pengguna 氏名 ユーザー 사용자 用户"
    ),
    "first": (
        "first given forename vorname prénom primer_nombre nome_proprio voornaam förnamn fornavn etunimi imię"
        " křestní utónév ad имя ім'я πρώτο 名"
    ),
    "last": (
        "last family surname nachname familienname apellido cognome sobrenome achternaam efternamn etternavn"
        " sukunimi nazwisko příjmení vezetéknév soyad фамилия прізвище επώνυμο اللقب שם_משפחה 姓"
    ),
    "company": (
        "company organization organisation employer firm business institution corporation vendor seller store"
        " shop firma unternehmen arbeitgeber händler verkäufer entreprise société employeur vendeur empresa"
        " compañía vendedor azienda società venditore empregador loja bedrijf onderneming verkoper företag"
        " virksomhed selskap bedrift yritys sprzedawca společnost prodejce cég eladó companie vânzător şirket"
        " satıcı компания фирма организация работодатель продавец магазин компанія продавець εταιρεία πωλητής شركة"
        " الشركة بائع البائع شرکت فروشنده חברה מוכר कंपनी विक्रेता บริษัท ผู้ขาย công_ty người_bán perusahaan"
        " penjual 会社 企業 会社名 販売元 회사 기업 판매자 公司 企业 卖家"
    ),
    "department": (
        "department division unit faculty abteilung fachbereich département service departamento área"
        " dipartimento reparto afdeling avdelning avdeling osasto dział oddział oddělení osztály departament bölüm"
        " departman отдел подразделение відділ τμήμα قسم القسم بخش מחלקה विभाग แผนก phòng_ban departemen 部署 部門"
        " 부서 部门"
    ),
    "job": (
        "job role occupation profession job_title position beruf tätigkeit stelle funktion poste métier emploi"
        " fonction puesto cargo profesión ruolo professione posizione profissão functie beroep tjänst befattning"
        " stilling ammatti tehtävä stanowisko zawód pozice povolání munkakör funcție pozisyon meslek должность"
        " профессия вакансия посада θέση επάγγελμα وظيفة الوظيفة شغل תפקיד पद ตำแหน่ง chức_vụ jabatan 職種 役職"
        " 직책 직위 职位 職稱"
    ),
    "email": (
        "email mail e_mail courriel correo correio sähköposti почта эл_почта пошта ηλεκτρονικό_ταχυδρομείο بريد"
        " البريد_الإلكتروني ایمیل דואל ईमेल อีเมล メール メールアドレス 이메일 邮箱 電子郵件"
    ),
    "phone": (
        "phone telephone tel mobile telefon telefonnummer téléphone teléfono móvil telefono telemóvel telefone"
        " celular telefoon puhelin телефон τηλέφωνο هاتف الهاتف تلفن טלפון फोन โทรศัพท์ điện_thoại telepon 電話"
        " 電話番号 전화 전화번호 电话"
    ),
    "url": (
        "url link href website homepage permalink web site webseite internetadresse lien site_web enlace"
        " sitio_web página collegamento sito ligação webbplats hjemmeside nettside verkkosivu strona odkaz"
        " weboldal сайт ссылка веб_сайт σύνδεσμος ιστοσελίδα رابط الرابط موقع پیوند קישור लिंक ลิงก์ liên_kết"
        " tautan リンク ウェブサイト 링크 홈페이지 链接 网址 連結"
    ),
    "image": (
        "image img photo picture thumbnail icon logo bild foto abbildung imagen immagine imagem afbeelding kuva"
        " obraz zdjęcie obrázek kép imagine resim изображение фото картинка зображення εικόνα صورة الصورة تصویر"
        " תמונה चित्र รูปภาพ hình_ảnh gambar 画像 写真 이미지 사진 图片 圖片"
    ),
    "address": (
        "address anschrift adresse dirección domicilio indirizzo endereço morada adres adress osoite adresa cím"
        " adresă адрес адреса διεύθυνση عنوان العنوان آدرس כתובת पता ที่อยู่ địa_chỉ alamat 住所 所在地 주소 地址"
    ),
    "city": (
        "city town locality municipality place stadt ort gemeinde ville commune localité ciudad municipio"
        " localidad città comune cidade município localidade stad plaats gemeente kommun by kommune kaupunki kunta"
        " miasto gmina město obec város település oraș şehir ilçe город населённый_пункт місто πόλη δήμος مدينة"
        " المدينة شهر עיר शहर नगर เมือง thành_phố kota 都市 市 市区町村 도시 시 城市"
    ),
    "region": (
        "region state province county district area land bundesland kanton landkreis bezirk région département"
        " canton región estado provincia regione região distrito regio provincie län landskap fylke amt maakunta"
        " województwo powiat kraj okres megye régió județ regiune bölge il регион область край район округ регіон"
        " περιφέρεια νομός منطقة المنطقة محافظة ولاية استان אזור מחוז राज्य ज़िला क्षेत्र จังหวัด ภูมิภาค tỉnh"
        " vùng provinsi wilayah 都道府県 地域 県 지역 도 省份 地区 地區 省 st"
    ),
    "country": (
        "country nation land staat pays país nazione paese stato nação maa kraj państwo země stát ország țară"
        " ülke страна государство країна χώρα دولة الدولة بلد البلد کشور מדינה ארץ देश ประเทศ quốc_gia nước negara"
        " 国 国名 국가 나라 国家 國家"
    ),
    "postal": (
        "postal zip postcode zipcode plz postleitzahl code_postal código_postal cap cep postnummer postinumero"
        " kod_pocztowy psč irányítószám cod_poștal posta_kodu индекс почтовый_индекс ταχυδρομικός_κώδικας"
        " الرمز_البريدي מיקוד पिन_कोड รหัสไปรษณีย์ mã_bưu_điện kode_pos 郵便番号 우편번호 邮编"
    ),
    "room": (
        "room hall venue stage location raum saal ort veranstaltungsort salle lieu sala lugar ubicación aula"
        " luogo local zaal locatie rum sal lokale sali paikka pokój miejsce místnost místo terem helyszín loc sală"
        " salon yer зал комната место аудитория помещение зала місце αίθουσα χώρος قاعة القاعة مكان المكان سالن"
        " اتاق חדר אולם מקום कक्ष स्थान ห้อง สถานที่ phòng địa_điểm ruang lokasi 会場 部屋 場所 教室 장소 회의실"
        " 地点 房间 地點"
    ),
    "population": (
        "population inhabitants einwohner bevölkerung habitants población habitantes popolazione abitanti"
        " população bevolking inwoners befolkning invånare indbyggere innbyggere väestö asukasluku ludność"
        " populacja obyvatelstvo obyvatel népesség lakosság populație nüfus население численность_населения"
        " населення πληθυσμός سكان عدد_السكان السكان جمعیت אוכלוסייה जनसंख्या ประชากร dân_số penduduk 人口 인구"
    ),
    "area": (
        "area surface fläche wohnfläche superficie área superfície oppervlakte yta areal pinta_ala powierzchnia"
        " rozloha plocha terület suprafață yüzölçümü alan площадь площа έκταση εμβαδόν مساحة المساحة مساحت שטח"
        " क्षेत्रफल พื้นที่ diện_tích luas 面積 専有面積 면적 面积"
    ),
    "density": (
        "density dichte bevölkerungsdichte densité densidad densità densidade dichtheid täthet tæthed tiheys"
        " gęstość hustota sűrűség densitate yoğunluk плотность густота πυκνότητα كثافة الكثافة تراکم צפיפות घनत्व"
        " ความหนาแน่น mật_độ 密度 밀도"
    ),
    "language": (
        "language sprache langue idioma lengua lingua língua taal språk sprog kieli język jazyk nyelv limbă dil"
        " язык мова γλώσσα لغة اللغة زبان שפה भाषा ภาษา ngôn_ngữ bahasa 言語 언어 语言 語言"
    ),
    "age": (
        "age alter âge edad età idade leeftijd ålder alder ikä wiek věk életkor vârstă yaş возраст вік ηλικία عمر"
        " العمر سن גיל आयु उम्र อายุ tuổi usia umur 年齢 나이 年龄 年齡"
    ),
    "gender": (
        "gender sex geschlecht sexe género sexo genere sesso gênero geslacht kön køn kjønn sukupuoli płeć pohlaví"
        " nem cinsiyet пол стать φύλο جنس الجنس جنسیت מין लिंग เพศ giới_tính 性別 성별 性别"
    ),
    # judgement and standing
    "rating": (
        "rating star score ratingvalue bewertung sterne note wertung évaluation avis étoiles valoración"
        " puntuación calificación estrellas valutazione voto stelle avaliação nota estrelas beoordeling sterren"
        " betyg omdöme bedømmelse vurdering arvosana arvio ocena hodnocení értékelés evaluare puan değerlendirme"
        " рейтинг оценка оцінка βαθμολογία αξιολόγηση تقييم التقييم امتیاز דירוג रेटिंग คะแนน đánh_giá peringkat"
        " nilai 評価 評点 평점 별점 评分 評分"
    ),
    "reviews": (
        "reviews review_count rating_count ratings votes reviewcount ratingcount number_of_reviews bewertungen"
        " rezensionen avis opiniones reseñas recensioni avaliações beoordelingen recensioner anmeldelser"
        " arvostelut opinie recenze vélemények recenzii yorum отзывы відгуки κριτικές مراجعات نظرات ביקורות"
        " समीक्षाएं รีวิว ulasan レビュー レビュー数 件数 리뷰 评论 評論"
    ),
    "helpful": (
        "helpful useful found_helpful hilfreich nützlich utile útil nuttig hjälpsam nyttig hyödyllinen pomocny"
        " užitečné hasznos faydalı полезно полезный корисно χρήσιμο مفيد مفید מועיל उपयोगी มีประโยชน์ hữu_ích"
        " 参考になった 役に立った 도움 有帮助 有用"
    ),
    "availability": (
        "availability available stock instock in_stock inventory verfügbarkeit verfügbar lieferbar lager"
        " lagerbestand disponibilité disponible disponibilidad existencias disponibilità disponibile"
        " disponibilidade disponível estoque beschikbaarheid beschikbaar voorraad tillgänglighet lagerstatus"
        " tilgængelighed tilgjengelighet saatavuus varasto dostępność dostępny dostupnost skladem elérhetőség"
        " készlet disponibilitate stoc stok_durumu stok наличие в_наличии доступность склад наявність"
        " διαθεσιμότητα απόθεμα توفر التوفر متوفر المخزون موجودی זמינות מלאי उपलब्धता उपलब्ध สต็อก สถานะสินค้า"
        " tình_trạng ketersediaan 在庫 재고 库存 庫存 sold_out"
    ),
    "status": (
        "status state condition zustand lage état statut estado situación stato situação toestand tillstånd"
        " tilstand tila stan stav állapot stare durum статус состояние стан κατάσταση حالة الحالة وضعیت מצב סטטוס"
        " स्थिति สถานะ trạng_thái 状態 状況 ステータス 상태 状态 狀態"
    ),
    "rank": (
        "rank place ranking standing pos position rang platz platzierung classement puesto posición clasificación"
        " rango posizione classifica posição classificação plaats rangschikking placering plassering plads sija"
        " miejsce pozycja pořadí umístění helyezés loc sıra место ранг позиция місце θέση κατάταξη ترتيب المرتبة"
        " المركز رتبه דירוג מקום स्थान क्रम อันดับ hạng xếp_hạng peringkat 順位 位 순위 排名 名次"
    ),
    "points": (
        "points pts punkte pkt point punto puntos punti pontos punten poäng poeng pisteet punkty body pont puncte"
        " puan очки балл баллы очок βαθμοί نقاط النقاط امتیاز נקודות अंक คะแนน điểm poin 勝点 得点 ポイント 승점"
        " 점수 积分"
    ),
    "goals": (
        "goals tore buts goles gol reti golos doelpunten mål maalit bramki góly gólok goluri голы голів γκολ"
        " أهداف گل שערים गोल ประตู bàn_thắng 得点 골 进球"
    ),
    "wins": (
        "wins won victory siege gewonnen victoires gagnés victorias ganados vittorie vinte vitórias vinster vunna"
        " sejre seire voitot zwycięstwa výhry győzelem victorii galibiyet победы выиграно перемоги νίκες فوز برد"
        " ניצחונות जीत ชนะ thắng menang 勝 勝利 승 胜"
    ),
    "losses": (
        "losses lost defeat niederlagen verloren défaites perdus derrotas perdidos sconfitte perse förluster"
        " nederlag tap tappiot porażki prohry vereség înfrângeri mağlubiyet поражения проиграно поразки ήττες"
        " خسارة باخت הפסדים हार แพ้ thua kalah 敗 패 负"
    ),
    "draws": (
        "draws drawn ties tied unentschieden nuls empates pareggi gelijk oavgjorda uafgjort uavgjort tasapelit"
        " remisy remízy döntetlen egaluri beraberlik ничьи нічиї ισοπαλίες تعادل مساوی תיקו ड्रा เสมอ hòa seri 分"
        " 引分 무 平"
    ),
    "played": (
        "played games matches pld gp spiele partien joués partidos jugados giocate partite jogos gespeeld"
        " wedstrijden spelade matcher kampe kamper ottelut mecze zápasy meccsek meciuri maç игры матчи сыграно"
        " ігри αγώνες مباريات لعب بازی משחקים मैच แข่ง trận 試合 試合数 경기 场次"
    ),
    "team": (
        "team club side mannschaft verein équipe équipo equipo squadra equipa time ploeg lag hold joukkue drużyna"
        " klub tým csapat echipă takım команда клуб ομάδα فريق الفريق نادي تیم باشگاه קבוצה टीम ทีม đội tim チーム"
        " クラブ 팀 구단 球队 球隊"
    ),
    "player": (
        "player athlete spieler sportler joueur jugador giocatore jogador speler spelare spiller pelaaja zawodnik"
        " gracz hráč játékos jucător oyuncu игрок спортсмен гравець παίκτης لاعب اللاعب بازیکن שחקן खिलाड़ी"
        " ผู้เล่น cầu_thủ pemain 選手 선수 球员"
    ),
    "speaker": (
        "speaker presenter lecturer talk_by referent redner vortragender intervenant orateur conférencier ponente"
        " orador relatore oratore palestrante spreker talare föredragshållare foredragsholder puhuja prelegent"
        " mówca přednášející řečník előadó vorbitor konuşmacı докладчик спикер доповідач ομιλητής متحدث المتحدث"
        " سخنران מרצה דובר वक्ता วิทยากร diễn_giả pembicara 講演者 登壇者 発表者 발표자 연사 演讲者 讲者"
    ),
    "talk": (
        "talk session lecture presentation event vortrag sitzung veranstaltung conférence séance événement charla"
        " sesión ponencia evento sessione conferenza palestra sessão lezing sessie föredrag foredrag esitys wykład"
        " prelekcja przednáška előadás prezentare sunum etkinlik доклад мероприятие событие доповідь ομιλία"
        " συνεδρία جلسة محاضرة فعالية سخنرانی הרצאה אירוע सत्र व्याख्यान การบรรยาย bài_nói sesi 講演 発表"
        " セッション イベント 발표 세션 행사 演讲 活动"
    ),
    # travel
    "departure": (
        "departure depart departs abfahrt abflug départ salida partenza partida saída vertrek avgång afgang"
        " avgang lähtö odjazd wylot odjezd odlet indulás plecare kalkış отправление вылет відправлення αναχώρηση"
        " مغادرة المغادرة حرکت יציאה प्रस्थान ออกเดินทาง khởi_hành keberangkatan 出発 発 출발 出发 起飞"
    ),
    "arrival": (
        "arrival arrive arrives ankunft arrivée llegada arrivo chegada aankomst ankomst saapuminen przyjazd"
        " przylot příjezd přílet érkezés sosire varış прибытие прилёт прибуття άφιξη وصول الوصول ورود הגעה आगमन"
        " ถึง đến kedatangan 到着 着 도착 到达 抵达"
    ),
    "origin": (
        "origin from source von herkunft ursprung provenance depuis origen desde origine provenienza origem van"
        " herkomst från fra alkuperä lähtöpaikka z pochodzenie původ származás menşe откуда происхождение"
        " походження προέλευση από المنشأ من مبدأ מקור מוצא मूल ต้นทาง nguồn_gốc asal 出発地 原産国 산지 产地"
    ),
    "destination": (
        "destination to nach ziel vers destino hacia destinazione verso para bestemming naar till til määränpää"
        " do cel cíl cél destinație varış_yeri куда назначение призначення προορισμός الوجهة إلى مقصد יעד गंतव्य"
        " ปลายทาง điểm_đến tujuan 目的地 行き先 도착지"
    ),
    "changes": (
        "changes transfers stops umstiege umsteigen correspondances changements transbordos cambi transferências"
        " overstappen byten skift bytter vaihdot przesiadki přestupy átszállás schimbări aktarma пересадки"
        " пересадок μετεπιβιβάσεις תחנות 乗換 乗り換え 환승 换乘"
    ),
    "distance": (
        "distance entfernung strecke distancia distanza distância afstand avstånd avstand etäisyys odległość"
        " vzdálenost távolság distanță mesafe расстояние відстань απόσταση مسافة المسافة فاصله מרחק दूरी ระยะทาง"
        " khoảng_cách jarak 距離 거리 距离"
    ),
    "speed": (
        "speed geschwindigkeit vitesse velocidad velocità velocidade snelheid hastighet hastighed nopeus prędkość"
        " rychlost sebesség viteză hız скорость швидкість ταχύτητα سرعة السرعة سرعت מהירות गति ความเร็ว tốc_độ"
        " kecepatan 速度 속도"
    ),
    # measures
    "weight": (
        "weight mass gewicht masse poids peso vikt vægt vekt paino waga masa hmotnost váha súly tömeg greutate"
        " ağırlık вес масса вага βάρος وزن الوزن משקל वज़न भार น้ำหนัก trọng_lượng cân_nặng berat 重量 重さ 무게"
        " 중량 重"
    ),
    "length": (
        "length länge longueur longitud largo lunghezza comprimento lengte längd længde lengde pituus długość"
        " délka hossz lungime uzunluk длина довжина μήκος طول الطول אורך लंबाई ความยาว chiều_dài panjang 長さ 全長"
        " 길이 长度 長度"
    ),
    "width": (
        "width breite largeur anchura ancho larghezza largura breedte bredd bredde leveys szerokość šířka"
        " szélesség lățime genişlik ширина πλάτος عرض العرض רוחב चौड़ाई ความกว้าง chiều_rộng lebar 幅 너비 폭 宽度"
        " 寬度"
    ),
    "height": (
        "height elevation altitude höhe hauteur altura altitud alto altezza altitudine hoogte höjd højde høyde"
        " korkeus wysokość výška magasság înălțime yükseklik высота рост висота ύψος υψόμετρο ارتفاع الارتفاع גובה"
        " ऊंचाई ความสูง chiều_cao tinggi 高さ 標高 身長 높이 키 高度 海拔"
    ),
    "depth": (
        "depth tiefe profondeur profundidad profondità profundidade diepte djup dybde syvyys głębokość hloubka"
        " mélység adâncime derinlik глубина глибина βάθος عمق العمق עומק गहराई ความลึก độ_sâu 深さ 奥行 깊이 深度"
    ),
    "size": (
        "size dimension größe abmessung maße taille dimensions tamaño talla dimensione taglia misura tamanho maat"
        " grootte storlek størrelse koko rozmiar wielkość velikost méret mărime boyut beden размер розмір μέγεθος"
        " حجم الحجم المقاس اندازه גודל מידה आकार ขนาด kích_thước ukuran サイズ 寸法 크기 사이즈 尺寸 大小"
    ),
    "color": (
        "color colour farbe couleur colore cor kleur färg farve farge väri kolor barva szín culoare renk цвет"
        " колір χρώμα لون اللون رنگ צבע रंग สี màu warna 色 カラー 색상 颜色 顏色"
    ),
    "material": (
        "material werkstoff stoff matière matériau materiale materiaal materiaali materiał materiál anyag malzeme"
        " материал матеріал υλικό مادة المادة جنس חומר सामग्री วัสดุ chất_liệu bahan 素材 材質 소재 재질 材质"
    ),
    "capacity": (
        "capacity kapazität fassungsvermögen capacité contenance capacidad capacità capacidade capaciteit"
        " kapacitet kapasitet kapasiteetti pojemność kapacita kapacitás kapasite ёмкость емкость вместимость"
        " місткість χωρητικότητα سعة السعة ظرفیت קיבולת क्षमता ความจุ dung_lượng kapasitas 容量 定員 용량 정원"
    ),
    "temperature": (
        "temperature temp temperatur température temperatura temperatuur lämpötila teplota hőmérséklet"
        " temperatură sıcaklık температура θερμοκρασία درجة_الحرارة دما טמפרטורה तापमान อุณหภูมิ nhiệt_độ suhu"
        " 気温 温度 기온 온도"
    ),
    "version": (
        "version ausgabe fassung versión versione versão versie wersja verze verzió versiune sürüm версия версія"
        " έκδοση إصدار نسخه גרסה संस्करण เวอร์ชัน phiên_bản versi バージョン 版 버전 版本"
    ),
    "license": (
        "license licence lizenz licencia licenza licença licentie licens lisens lisenssi licencja licenc licență"
        " lisans лицензия ліцензія άδεια رخصة ライセンス 라이선스 许可"
    ),
    "rooms": (
        "rooms zimmer pièces habitaciones camere locali quartos kamers rum værelser huoneet pokoje szobák oda"
        " комнат кімнат δωμάτια غرف اتاق חדרים कमरे ห้อง 間取り 방 房间数"
    ),
    "bedrooms": (
        "bedrooms beds schlafzimmer chambres dormitorios camere_da_letto quartos slaapkamers sovrum soveværelser"
        " makuuhuoneet sypialnie ložnice hálószoba yatak_odası спальни спальні υπνοδωμάτια غرف_نوم חדרי_שינה"
        " शयनकक्ष ห้องนอน 寝室 침실 卧室"
    ),
    "grade": (
        "grade mark note zensur nota voto cijfer betyg karakter arvosana ocena známka osztályzat notă not оценка"
        " балл оцінка βαθμός درجة نمره ציון ग्रेड เกรด điểm 成績 등급 成绩"
    ),
    "course": (
        "course subject class kurs fach lehrveranstaltung cours matière curso asignatura corso materia disciplina"
        " vak cursus fag kurssi przedmiot kurz předmět tantárgy ders курс предмет дисциплина μάθημα مقرر مادة درس"
        " קורס पाठ्यक्रम विषय วิชา khóa_học mata_kuliah 科目 授業 과목 课程"
    ),
    "order": (
        "order bestellung auftrag commande pedido ordine encomenda bestelling beställning ordre bestilling tilaus"
        " zamówienie objednávka rendelés comandă sipariş заказ замовлення παραγγελία طلب الطلب سفارش הזמנה आदेश"
        " คำสั่งซื้อ đơn_hàng pesanan 注文 주문 订单 訂單"
    ),
    "invoice": (
        "invoice bill rechnung facture factura fattura fatura factuur faktura lasku számla счёт счет рахунок"
        " τιμολόγιο فاتورة الفاتورة فاکتور חשבונית चालान ใบแจ้งหนี้ hóa_đơn faktur 請求書 송장 发票"
    ),
    # more of people, things and events
    "founded": (
        "founded established foundation founding inception gegründet gründung gründungsjahr fondé fondation"
        " création fundado fundación fundada fondato fondazione fundação opgericht oprichting grundat grundades"
        " grundlagt stiftet perustettu założony założenia založeno založen alapítva alapítás înființat kuruluş"
        " основан основана основание год_основания засновано ίδρυση تأسست تأسيس سنة_التأسيس הקמה נוסד स्थापना"
        " ก่อตั้ง thành_lập didirikan 設立 創業 設立年 설립 创立 成立"
    ),
    "capital": (
        "capital hauptstadt capitale hoofdstad huvudstad hovedstad pääkaupunki stolica hlavní_město főváros"
        " başkent столица столиця πρωτεύουσα العاصمة עיר_בירה राजधानी เมืองหลวง thủ_đô ibu_kota 首都 수도"
    ),
    "employees": (
        "employees staff workforce headcount number_of_employees mitarbeiterzahl beschäftigte mitarbeitende"
        " effectif effectifs salariés empleados plantilla dipendenti addetti empregados funcionários werknemers"
        " medewerkers anställda ansatte henkilöstö pracownicy zatrudnienie zaměstnanci alkalmazottak angajați"
        " çalışan сотрудников сотрудники персонал працівники εργαζόμενοι الموظفين عدد_الموظفين עובדים कर्मचारी"
        " พนักงาน nhân_viên karyawan 従業員数 社員数 직원수 员工数 员工"
    ),
    "industry": (
        "industry sector branche wirtschaftszweig secteur industrie industria settore setor indústria bransch"
        " bransje toimiala branża sektor odvětví iparág sektör отрасль галузь κλάδος القطاع ענף उद्योग อุตสาหกรรม"
        " ngành industri 業種 업종 行业"
    ),
    "publisher": (
        "publisher verlag herausgeber éditeur editorial editor editore editora uitgever uitgeverij förlag forlag"
        " kustantaja wydawnictwo wydawca nakladatelství kiadó editură yayınevi издательство видавництво εκδότης"
        " الناشر ناشر הוצאה प्रकाशक สำนักพิมพ์ nhà_xuất_bản penerbit 出版社 発行元 출판사"
    ),
    "director": (
        "director regie regisseur réalisateur réalisation dirección regista regia diretor realizador regissör"
        " instruktør regissør ohjaaja reżyser reżyseria režie režisér rendező regizor yönetmen режиссёр режиссер"
        " режисер σκηνοθέτης المخرج במאי निर्देशक ผู้กำกับ đạo_diễn sutradara 監督 감독 导演"
    ),
    "pages": (
        "pages page_count number_of_pages seiten seitenzahl seitenanzahl nombre_de_pages páginas pagine pagina's"
        " sidor sider sivumäärä sivut strony liczba_stron stran oldalszám pagini sayfa страниц страницы сторінок"
        " σελίδες صفحات عدد_الصفحات עמודים पृष्ठ จำนวนหน้า số_trang halaman ページ数 쪽수 页数"
    ),
    "nationality": (
        "nationality citizenship nationalität staatsangehörigkeit nationalité nacionalidad nazionalità"
        " nacionalidade nationaliteit nationalitet kansalaisuus narodowość obywatelstwo národnost nemzetiség"
        " naționalitate uyruk национальность гражданство громадянство εθνικότητα الجنسية ملیت אזרחות राष्ट्रीयता"
        " สัญชาติ quốc_tịch kebangsaan 国籍 국적"
    ),
    "opponent": (
        "opponent against versus gegner adversaire rival oponente avversario adversário tegenstander motståndare"
        " modstander motstander vastustaja przeciwnik soupeř ellenfél adversar rakip соперник противник суперник"
        " αντίπαλος الخصم יריבה प्रतिद्वंद्वी คู่แข่ง đối_thủ lawan 対戦相手 상대 对手"
    ),
    "result": (
        "result outcome score ergebnis resultat résultat resultado risultato uitslag tulos wynik výsledek"
        " eredmény rezultat sonuç результат счёт αποτέλεσμα النتيجة نتیجه תוצאה परिणाम ผล kết_quả hasil 結果"
        " スコア 결과 结果 比分"
    ),
    "attendance": (
        "attendance spectators zuschauer besucher affluence spectateurs asistencia espectadores spettatori"
        " público toeschouwers publik tilskuere tilskuertall yleisömäärä widzów frekwencja diváci nézőszám"
        " spectatori seyirci зрители посещаемость глядачі θεατές الحضور الجمهور צופים दर्शक ผู้ชม khán_giả"
        " penonton 観客数 관중 观众"
    ),
    "votes": (
        "votes voix stimmen votos voti stemmen röster stemmer äänet głosy hlasy szavazatok voturi oy oylar голоса"
        " голосов голосів ψήφοι أصوات الأصوات آرا קולות मत คะแนนเสียง phiếu suara 得票数 得票 득표 票数"
    ),
    "party": (
        "party partei parti partido partito partij puolue partia strana párt partid партия партія κόμμα الحزب حزب"
        " מפלגה पार्टी พรรค đảng partai 政党 정당"
    ),
    "calories": (
        "calories energy kcal kalorien brennwert énergie calorías energía calorie energia calorieën energi"
        " kalorie wartość_energetyczna energie energiatartalom kalori калории калорийность енергетична ενέργεια"
        " θερμίδες سعرات السعرات_الحرارية קלוריות कैलोरी พลังงาน năng_lượng カロリー エネルギー 열량 热量 能量"
    ),
    "ingredients": (
        "ingredients zutaten inhaltsstoffe ingrédients ingredientes ingredienti ingrediënten ingredienser"
        " ainesosat składniki složení ingredience összetevők ingrediente içindekiler состав ингредиенты склад"
        " συστατικά المكونات רכיבים सामग्री ส่วนผสม thành_phần bahan 原材料 材料 성분 재료 配料"
    ),
    "warranty": (
        "warranty guarantee garantie gewährleistung garantía garanzia garantia garanti takuu gwarancja záruka"
        " garancia garanție гарантия гарантія εγγύηση الضمان ضمان אחריות वारंटी รับประกัน bảo_hành garansi 保証"
        " 保証期間 보증 保修"
    ),
    "condition": (
        "condition zustand état estado condizione condizioni conservação staat skick stand tilstand kunto stan"
        " stav állapot durum состояние состояние_товара стан κατάσταση حالة מצב स्थिति สภาพ tình_trạng kondisi"
        " 状態 コンディション 상태 成色"
    ),
    "platform": (
        "platform track gate gleis bahnsteig steig quai voie andén vía puerta binario plataforma perron spoor"
        " spår perrong spor raide peron tor nástupiště kolej vágány путь платформа выход αποβάθρα رصيف بوابة רציף"
        " प्लेटफ़ॉर्म ชานชาลา sân_ga のりば 番線 ホーム 승강장 站台"
    ),
    "seats": (
        "seats sitze plätze sièges places asientos plazas posti seggi lugares assentos zetels plaatsen platser"
        " sæder plasser paikat miejsca sedadla ülések locuri koltuk мест места місць θέσεις مقاعد מושבים सीटें"
        " ที่นั่ง ghế kursi 座席 議席 좌석 座位"
    ),
    "stadium": (
        "stadium arena stadion stade estadio stadio estádio areena stadionas stadyum стадион стадіон στάδιο"
        " الملعب ملعب استاد אצטדיון स्टेडियम สนามกีฬา sân_vận_động スタジアム 球場 경기장 体育场"
    ),
    "coach": (
        "coach trainer entraîneur entrenador allenatore treinador tränare træner trener valmentaja trenér edző"
        " antrenor teknik_direktör тренер προπονητής المدرب مربی מאמן कोच ผู้ฝึกสอน huấn_luyện_viên pelatih 監督"
        " コーチ 감독 教练"
    ),
    "symbol": (
        "symbol ticker kürzel symbole símbolo simbolo symbool tickersymbol tunnus simbol sembol тикер символ"
        " σύμβολο الرمز נماد סימול प्रतीक สัญลักษณ์ mã_chứng_khoán 銘柄コード シンボル 종목코드 代码"
    ),
    "doctor": (
        "doctor physician arzt ärztin médecin médico medico arts läkare læge lege lääkäri lekarz lékař orvos"
        " medic doktor врач лікар γιατρός الطبيب پزشک רופא डॉक्टर แพทย์ bác_sĩ dokter 医師 의사 医生"
    ),
    "wind": (
        "wind windgeschwindigkeit vent viento vento vind tuuli wiatr vítr szél vânt rüzgar ветер вітер άνεμος"
        " الرياح باد רוח हवा ลม gió angin 風速 風 바람 풍속 风速"
    ),
    "humidity": (
        "humidity luftfeuchtigkeit feuchte humidité humedad umidità umidade vochtigheid luftfuktighet"
        " luftfugtighed kosteus wilgotność vlhkost páratartalom umiditate nem влажность вологість υγρασία الرطوبة"
        " رطوبت לחות आर्द्रता ความชื้น độ_ẩm kelembapan 湿度 습도"
    ),
    "precipitation": (
        "precipitation rain rainfall niederschlag regen précipitations pluie precipitación lluvia precipitazioni"
        " pioggia precipitação chuva neerslag nederbörd nedbør sade sademäärä opady srážky csapadék precipitații"
        " yağış осадки опади βροχόπτωση الأمطار بارش גשם वर्षा ปริมาณน้ำฝน lượng_mưa curah_hujan 降水量 강수량"
    ),
}

RELATED: frozenset[frozenset[str]] = frozenset(
    map(
        frozenset,
        (
            ("name", "item"), ("name", "model"), ("name", "talk"), ("name", "person"), ("name", "team"),
            ("name", "job"),
            ("name", "player"), ("item", "model"), ("price", "amount"), ("price", "rent"), ("amount", "total"),
            ("author", "person"), ("author", "speaker"), ("company", "brand"), ("category", "department"),
            ("identifier", "number"), ("identifier", "gtin"), ("quantity", "number"), ("date", "time"),
            ("date", "published"), ("date", "created"), ("date", "updated"), ("date", "released"), ("date", "start"),
            ("published", "created"), ("published", "released"), ("availability", "status"), ("length", "duration"),
            ("city", "region"), ("city", "room"), ("area", "size"), ("departure", "origin"), ("departure", "start"),
            ("arrival", "destination"), ("arrival", "end"), ("note", "description"), ("share", "change"),
            ("rank", "number"), ("rooms", "bedrooms"), ("order", "identifier"), ("invoice", "identifier"),
            ("points", "rating"), ("grade", "rating"), ("job", "talk"),
        ),
    )
)  # fmt: skip
"""Pairs of concepts of which one may stand for the other where nothing fits better."""

OTHERS: frozenset[str] = frozenset(
    {
        *("list", "each", "discount", "shipping", "tax", "fee", "minimum", "maximum", "average", "change", "share"),
        *("total", "currency", "unit", "quantity", "rank", "reviews", "first", "last", "born", "died"),
        *(
            "start",
            "end",
            "departure",
            "arrival",
            "origin",
            "destination",
            "debit",
            "credit",
            "updated",
            "url",
            "image",
        ),
        *("delivered", "invoiced", "ordered", "density", "rent", "balance", "return", "postal", "age", "language"),
    }
)
"""Concepts that make another quantity of what they stand beside: the shipping price is no price, a list price is not
the price, and the rank of a city is no city."""
