"""The phrases of an extraction sentence, as patterns: conditions, orders, limits, places, wishes.

Quotes stand aside as marks (see `split.Held`), so a pattern never looks into one.
"""

from __future__ import annotations

import re

_NUMBER = r"[$£€¥₹]?\s?\d(?:[\d.,]*\d)?(?:\s?[km]\b)?%?(?:\s?(?:dollars|usd|euros?|eur|pounds|gbp|[$€£])(?!\w))?"
_UNIT_STOP = (
    r"and|or|with|in|on|by|first|sorted|ordered|from|per|to|made|only|but|that|which|of|a|an|each|as|the|most|least"
    r"|cheapest|lowest|highest|best|newest|oldest|latest|largest|smallest"
)
_UNIT = rf"(?P<unit>(?:\s+(?!(?:{_UNIT_STOP})\b)[a-z]+){{0,2}})"
LESS = r"under|below|less\s+than|cheaper\s+than|fewer\s+than|lower\s+than|smaller\s+than"
MOST = r"at\s+most|up\s+to|no\s+more\s+than|not\s+more\s+than|not\s+over|max(?:imum)?(?:\s+of)?|<="
MORE = r"over|above|more\s+than|greater\s+than|higher\s+than|better\s+than|exceeding"
_LEAST = r"at\s+least|no\s+less\s+than|not\s+under|min(?:imum)?(?:\s+of)?|>="
COMPARATIVES = {
    "older": ("age", True), "younger": ("age", False), "taller": ("height", True), "heavier": ("weight", True),
    "lighter": ("weight", False), "longer": ("length", True), "wider": ("width", True), "faster": ("speed", True),
    "slower": ("speed", False),
}  # fmt: skip
"""The column that "older than 30" speaks of, and whether it is more of it."""
_THAN = rf"(?:{'|'.join(COMPARATIVES)})\s+than"
_MEASURES = (
    r"prices?|ratings?|costs?|scores?|stars?|reviews?|weights?|sizes?|quantity|age|year|amount|population|discount"
)
_COLUMN = (
    r"(?:\b(?:with|where|whose|having|that\s+have|and)\s+(?:(?:a|an|the|its|their)\s+)?"
    r"(?P<column>[a-z_]+(?:\s+[a-z_]+){0,2}?)\s+(?:(?:is|are|of)\s+)?"
    rf"|\b(?:(?:a|an|the|its|their)\s+)?(?P<measure>{_MEASURES})\s+(?:(?:is|are|of)\s+)?"
    r"|(?:\b(?:that|which)\s+(?:(?:are|is)\s+)?)?\b(?:costs?|costing|priced|rated)\s+|\b(?:that|which)\s+(?:are"
    r"|is)\s+|\bwith\s+|\bfor\s+)?"
)

BETWEEN = re.compile(
    rf"{_COLUMN}(?:between|from)\s+(?P<low>{_NUMBER})\s*(?:and|to|(?<!\d{{4}})-|–)\s*(?P<high>{_NUMBER}){_UNIT}", re.I
)
COMPARE = re.compile(rf"{_COLUMN}(?P<op>{LESS}|{MOST}|{MORE}|{_LEAST}|{_THAN}|<|>)\s*(?P<low>{_NUMBER}){_UNIT}", re.I)
OR_MORE = re.compile(
    rf"{_COLUMN}(?P<low>{_NUMBER}){_UNIT}\s*(?P<op>or\s+(?:more|higher|above|better|up|less|cheaper|below|lower"
    rf"|fewer)|and\s+(?:up|above|below|under)|\+)",
    re.I,
)
DATES = re.compile(
    r"(?:(?:published|posted|dated|closed|updated|released|created)\s+)?(?P<op>before|after|since"
    r"|until)\s+(?P<low>(?:[a-z]{3,9}\.?\s+\d{1,2},?\s+\d{4}|\d{1,2}\s+[a-z]{3,9}\.?\s+\d{4}|\d{4}-\d\d-\d\d"
    r"|[a-z]{3,9}\.?\s+\d{4}|\d{1,2}/\d{1,2}/\d{2,4}|\d{4}))\b",
    re.I,
)
_DAY = (
    r"(?:[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,2}(?:st|nd|rd|th)?\s+[a-z]{3,9}\.?\s+\d{4}|\d{4}-\d\d-\d\d"
    r"|\d{1,2}/\d{1,2}/\d{4})"
)
DAYS = re.compile(
    r"(?:\b(?:published|posted|dated|closed|updated|released|created|placed|ordered|made)\s+)?\b(?:from|between)\s+"
    rf"(?P<low>{_DAY})\s+(?:to|and|until|till|through)\s+(?P<high>{_DAY})(?!\w)",
    re.I,
)
"""From one day to another."""
STOCK_COUNT = re.compile(
    rf"\b(?:with|having|that\s+have)\s+(?P<op>{LESS}|{MOST}|{MORE}|{_LEAST})\s+(?P<low>\d[\d,.]*)"
    r"\s+(?:(?:pieces|units|items|copies)\s+)?in[\s-]stock\b",
    re.I,
)
"""With fewer than 5 in stock."""
NO_STOCK = re.compile(
    r"(?:(?:that|which)\s+(?:are|is)\s+)?\b(?:out\s+of\s+stock|not\s+in\s+stock|sold\s+out|unavailable)\b", re.I
)
STOCK = re.compile(
    r"(?:(?:that|which)\s+(?:are|is)\s+)?(?:currently\s+)?\b(?:in[\s-]stock|available)\b(?:\s+only)?", re.I
)
_COLUMN_LISTED = r"[a-z_-]+(?:\s[a-z_-]+)?"
_COLUMNS_LISTED = rf"\bwith\s+(?:(?:the|their|its)\s+)?(?:{_COLUMN_LISTED}\s*,\s*){{0,9}}"
STOCK_COLUMN = re.compile(
    rf"(?P<before>{_COLUMNS_LISTED}{_COLUMN_LISTED}\s*,?\s+and\s+)in[\s-]stock\b"
    r"(?=\s*(?:$|[,.;:]|and\b|from\b|of\b|in\s+the\b))"
    rf"|(?P<first>{_COLUMNS_LISTED})in[\s-]stock\b"
    rf"(?=\s*(?:,|and\s)\s*(?!(?:{LESS}|{MOST}|{MORE}|{_LEAST}|{_THAN}|cost\w*|priced|rated|sorted|ordered)\b)[a-z_])",
    re.I,
)
"""With name and in stock; "in stock" is one of the columns that are listed, and no condition."""
CONTAINS = re.compile(
    r"(?:(?:with|where|whose|having)\s+(?:(?:the|a|an)\s+)?(?P<column>(?:[a-z_]+\s+){0,2}?))?"
    r"(?P<op>not\s+containing|without|contain(?:s|ing)|that\s+contains?|mention(?:s|ing)|includ(?:es|ing)|named|called)"
    r"\s+(?P<value>\ue000\d+\ue001)",
    re.I,
)
TAGGED = re.compile(r"(?:that\s+are\s+)?\btagged(?:\s+(?:with|as))?\s+(?P<value>\ue000\d+\ue001|[\w-]+)", re.I)
WITH_IN = re.compile(
    r"with\s+(?P<value>\ue000\d+\ue001)\s+in\s+(?:the|its|their)\s+(?P<column>[a-z_]+(?:\s[a-z_]+)?)", re.I
)
EQUALS = re.compile(
    r"\b(?:where|whose|with)\s+(?:the\s+)?(?P<column>[a-z_]+(?:\s+[a-z_]+)?)\s+(?P<op>is\s+not|isn't|is|are"
    r"|equals?|=|!=|of)\s+(?P<value>\ue000\d+\ue001|[\w.&'-]+(?-i:\s+[A-Z][\w.&'-]*)*)",
    re.I,
)
BY_WHOM = re.compile(
    r"\b(?P<how>by|made\s+by|written\s+by|from|in)\s+(?P<value>\ue000\d+\ue001"
    r"|[A-Z][\w.&'-]*(?:\s+(?:[A-Z][\w.&'-]*|of|de|van|von|the))*)(?=\s|,|$)"
)

ASCENDING = {
    "cheapest": "price",
    "lowest": "",
    "oldest": "date",
    "earliest": "date",
    "smallest": "size",
    "shortest": "length",
    "least": "",
    "worst": "rating",
    "least expensive": "price",
    "lightest": "weight",
    "lowest rated": "rating",
    "worst rated": "rating",
}
DESCENDING = {
    "most expensive": "price",
    "dearest": "price",
    "priciest": "price",
    "highest": "",
    "newest": "date",
    "latest": "date",
    "most recent": "date",
    "largest": "size",
    "biggest": "size",
    "longest": "length",
    "best": "rating",
    "best rated": "rating",
    "top rated": "rating",
    "highest rated": "rating",
    "heaviest": "weight",
    "most": "",
}
SUPERLATIVE = "|".join(
    sorted((re.escape(word).replace(r"\ ", r"[\s-]+") for word in {**ASCENDING, **DESCENDING}), key=len, reverse=True)
)
FIRST = re.compile(
    rf"(?:,\s*|\bwith\s+the\s+|\bthe\s+"
    rf"|\bfrom\s+the\s+)?\b(?P<word>{SUPERLATIVE})(?P<column>(?:\s+[a-z_]+){{0,2}}?)\s+(?:ones?\s+)?first\b",
    re.I,
)
SORT = re.compile(
    r"(?:,\s*)?\b(?:sort(?:ed)?|order(?:ed)?|rank(?:ed)?)\s+(?:(?:them|it|these|those|the\s+\w+)\s+)?(?:by|on"
    r"|from)\s+(?:(?:the|their|its)\s+)?(?P<column>[a-z_]+(?:\s+(?!asc|desc|from|high|low|in\b|with\b|descending"
    r"|ascending|and\b)[a-z_]+){0,2})"
    r"(?P<direction>[\s,(]+(?:in\s+)?(?:asc(?:ending)?|desc(?:ending)?|(?:from\s+)?(?:low(?:est)?|cheap(?:est)?"
    r"|small(?:est)?|old(?:est)?|a)\s+to\s+\w+(?:\s+expensive)?|(?:from\s+)?(?:high(?:est)?|most|large(?:st)?"
    r"|new(?:est)?|z)(?:\s+expensive)?\s+to\s+\w+|high(?:est)?\s+first|low(?:est)?\s+first)(?:\s+order)?\)?)?",
    re.I,
)
TOP_BY = re.compile(
    r"\b(?:top|best)\s+(?:\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)\b[^,;]*?"
    r"(?P<by>\s+by\s+(?:(?:the|their|its)\s+)?(?P<column>[a-z_]+))(?=[\s,.;]|$)",
    re.I,
)
RANGE_SORT = re.compile(
    rf"(?:,\s*)?\bfrom\s+(?:the\s+)?(?P<word>{SUPERLATIVE})\s+to\s+(?:the\s+)?[a-z]+(?:\s+expensive)?", re.I
)
ALPHABET = re.compile(
    r"(?:,\s*)?\b(?:alphabetically|in\s+alphabetical\s+order|a\s*-\s*z)\b(?:\s+by\s+(?P<column>[a-z_]+))?", re.I
)
REVERSE = re.compile(r"desc|high\w*\s+to|most.*to|large\w*\s+to|new\w*\s+to|z\s+to|high\w*\s+first", re.I)

LIMIT = re.compile(
    r"\b(?:only\s+)?(?:the\s+)?(?:top|first|best)\s+(?P<n>\d{1,4}|one|two|three|four|five|six|seven|eight|nine"
    r"|ten|twenty)\b(?!\s*(?:stars|column))|\b(?:limit(?:ed)?\s+(?:it\s+)?to|no\s+more\s+than|at\s+most"
    r"|up\s+to)\s+(?P<m>\d{1,4})(?=\s+(?:results|rows|items|records|entries|of\s+them)\b|$)",
    re.I,
)
LIMIT_NOUN = re.compile(r"^\s*(?:results|rows|items|records|entries|of\s+them)\b", re.I)
COUNTED = re.compile(
    rf"^(?:the\s+)?(?P<n>\d{{1,4}}|one|two|three|four|five|six|seven|eight|nine|ten"
    rf"|twenty)\s+(?P<word>{SUPERLATIVE})\s+",
    re.I,
)
SOME = re.compile(
    r"^(?:me\s+)?(?P<n>\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twenty)\s+"
    r"(?=[a-z]{2,}s\b(?:\s+(?:with|under|over|below|above|by|in|on|from|that|sorted)\b|\s*,|\s*$))",
    re.I,
)
NUMBERED = re.compile(
    r"^(?:(?:the|only|all|me)\s+)*(?P<n>(?!(?:19|20)\d\d\b)\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|twenty)\s+(?P<noun>[a-z].*)$",
    re.I,
)
"""A noun of rows behind a number; a year is none of them ("2024 conferences")."""
PLURAL = re.compile(r"[a-z]{2,}s|people|men|women|children", re.I)
SUPER_SUBJECT = re.compile(rf"^(?P<the>the\s+)?(?P<word>{SUPERLATIVE})\s+(?P<rest>\S.*)$", re.I)
WORDS = {
    word: n
    for n, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
} | {"twenty": 20}

PLACE = re.compile(
    r"\b(?:from|in|of|on|inside|within)\s+(?P<place>(?:the\s+)?(?:(?P<ordinal>first|second|third|fourth|fifth"
    r"|last|\d+(?:st|nd|rd|th))\s+)?(?:\ue000\d+\ue001\s+)?(?P<name>[\w-]+(?:\s+[\w-]+){0,3}\s+)?(?:table|list"
    r"|section|grid)(?:\s+(?:\ue000\d+\ue001|\d+))?)\b",
    re.I,
)
FROM_FIRST = re.compile(
    r"^(?:from|in|on)\s+(?P<place>[^,:]{1,80}?)\s*,?\s+(?=(?:extract|list|get|collect|scrape|read|show|give|fetch"
    r"|return|find)\b)",
    re.I,
)
TABLE_NUMBER = re.compile(
    r"(?:\b(?:from|in|of|on|inside|within)\s+)?(?:\bthe\s+)?\b(?P<place>(?:table|list)\s+(?P<n>\d{1,2}))\b", re.I
)
COLON = re.compile(r":(?!\d\d)")
"""The colon before columns ("the books: title, author"), not one within a time of day."""
ALL_LISTS = re.compile(
    r"\s*\b(?:of|from|in|on)\s+(?:both|all(?:\s+of)?)(?:\s+(?:the|these))?\s+(?:tables|lists|tabs|sections|pages)\b",
    re.I,
)
"""All of the page's lists: the engine reads it from the sentence, and no list is called so."""
NAMED_TABLE = re.compile(
    r"^(?!(?:data|whole|full|entire|complete|main|html|page)\b)(?P<name>\S+(?:\s+\S+){0,3}?)\s+(?:table|list|grid)$",
    re.I,
)
OF_NUMBERED = re.compile(
    r"^(?:the\s+)?(?P<wishes>[\w ,/-]+?)\s+(?:of|for)\s+(?P<subject>(?:[a-z-]+\s+){1,2}[a-z]{0,3}-?\d[\w.]*)$", re.I
)
"""One thing that is told by a number: "the income of household 2"."""
NTH_ROW = re.compile(
    r"^(?P<nth>first|second|third|fourth|fifth|last|\d{1,3}(?:st|nd|rd|th))\s+"
    r"(?P<rest>(?!(?:names?|tables?|lists?|grids?|columns?|pages?)\b)[a-z]+)$",
    re.I,
)
NOUNS_OF_ROWS = re.compile(r"(?:products?|items?|results?|rows?|entry|entries|records?|articles?|offers?)$", re.I)
_ANY = (
    r"(?:on|at|in|for|during|within|from)\s+"
    r"(?!(?:each|every|all|both|detail|full|total|general|me|us|order|which)\b)[\w\ue000]"
)
_PROPER = r"(?:of|to|by|under)\s+(?:the\s+)?(?:(?-i:[A-Z\ue000])|(?:\w+\s+){0,2}\w*\d)"
_DONE = ("published", "posted", "dated", "released", "created", "written", "held", "sold", "born", "founded")
SELECTOR = re.compile(
    rf"{''.join(rf'(?<!{word})' for word in _DONE)}\s+(?=(?:(?:{'|'.join(_DONE)})\s+)?(?:{_ANY}|{_PROPER}))", re.I
)
"""Where a phrase begins that says which are meant: "on day 2", "for line 3", "at Wembley", "to Paris"."""
SELECTED = re.compile(
    rf"^(?:(?:{'|'.join(_DONE)})\s+)?(?P<by>on|at|in|for|during|within|from|of|to|by|under)\s+(?:the\s+)?(?P<what>.+)$",
    re.I,
)
OFFER = re.compile(r"\s+(?:(?:that|which)\s+(?:are|is)\s+)?(?P<place>on\s+(?:sale|offer))\b", re.I)
AFTER_COMMA = re.compile(
    r"\s*,\s+(?:(?=(?:on|in|at|for|from|under|during|within)\s+\S)|(?=(?P<bare>(?:page|table|list|day)\s+\d+)))", re.I
)
"""A comma before a phrase that says which are meant: "the laptops, on page 2"."""
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
HERE = re.compile(
    r"\s*\b(?:(?:on|from|of|in)\s+(?:this|the|that|current)\s+(?:current\s+|whole\s+)?(?:web\s?page|page|site"
    r"|website|screen|shop|store|catalogue|catalog)|(?:from|on)\s+(?:here|it)|listed|shown(?:\s+here)?"
    r"|(?:that\s+)?you\s+(?:see|find)|there\s+(?:are|is)|(?:are|is)\s+there)\b",
    re.I,
)
ONE_PAGE = re.compile(
    r"\s*\b(?:on|from)\s+(?:this|the\s+first|the\s+current)\s+(?:web\s?)?page(?:\s+only)?\b|\b(?:this"
    r"|one)\s+page\s+only\b",
    re.I,
)
VERB = re.compile(
    r"^(?:extract|list|get(?:\s+me)?|collect|scrape|read(?:\s+(?:out|me|us))*|show(?:\s+me)?|give(?:\s+me)?|fetch|retrieve|return"
    r"|find(?:\s+me)?|look\s+up|tell\s+me|report|print|output|copy|pull|grab|gather|compile|tabulate|what(?:'s|\s+is|\s+are|\s+was)"
    r"|which(?:\s+(?:is|are))?|who\s+(?:is|wrote)|how\s+much\s+(?:is|are|does|do)|how\s+many)\b",
    re.I,
)
WANT = re.compile(
    r"\s*(?:,\s*)?\b(?:with|including|incl\.?|along\s+with|together\s+with|showing|and)\s+(?:(?:only"
    r"|also)\s+)?(?:all\s+)?(?:their|its|the|these\s+columns|columns|fields)\s*:?\s+(?P<wishes>.+)$"
    r"|\s*\bwith\s+(?P<bare>[a-z_][\w ]*(?:\s*,\s*(?:and\s+)?[\w ]+)*(?:\s+and\s+[\w ]+)?)$",
    re.I,
)
BESIDES = re.compile(
    r"\s+(?:made|that|which|who|whose|where|without|near|like|similar|having|containing|using|about|with|suitable"
    r"|because|unless|except)\b",
    re.I,
)
FORMAT = re.compile(
    r"\s*,?\s*\b(?:as|into|in|to)\s+(?:a\s+|an\s+)?(?:json|csv|table|list|data\s?frame|markdown"
    r"|dataframe)(?:\s+format)?\b",
    re.I,
)
GENERIC_ALL = re.compile(r"^(?:(?:all|every|each|any|of|the|both|out|me|us|full|complete|entire|only)\s+)+", re.I)
WHOLES = frozenset(["table", "list", "page", "data", "text", "content", "information", "info", "everything", "grid"])
"""Words for all there is, not for one value of it."""
