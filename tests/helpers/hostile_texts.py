"""Texts from hostile pages that try to run scripts, load URLs or draw formulas in the notebook that shows them."""

from __future__ import annotations

COLLECTOR = "https://collector.invalid"
"""A host that is asked for something where a text has its way."""
_SCRIPT = "window.pwned=1"

_LINK_DEFINITIONS = (
    f"[x]: javascript:{_SCRIPT}\n\n[x]",
    f"- [x]: javascript:{_SCRIPT}\n\n[x]",
    f"1. [x]: javascript:{_SCRIPT}\n\n[x]",
    f"> [x]: javascript:{_SCRIPT}\n\n[x]",
    f"> - > [x]: javascript:{_SCRIPT}\n\n[x]",
    f"- - [x]:\n    javascript:{_SCRIPT}\n\n[x]",
    f"[a\nb]: javascript:{_SCRIPT}\n\n[a b]",
    f"[a\\]b]: javascript:{_SCRIPT}\n\n[a\\]b]",
    f"[x]: <javascript:{_SCRIPT}> 'title'\n\n[see][x]",
    f"   [x]: data:text/html,<script>{_SCRIPT}</script>\n\n[x][]",
    f"![i]\n\n[i]: {COLLECTOR}/definition.png",
)
_LINKS = (
    f"[a](javascript:{_SCRIPT})",
    f"[a](JaVaScRiPt:{_SCRIPT})",
    f"[a](java\tscript:{_SCRIPT})",
    f"[a](<java\nscript:{_SCRIPT}>)",
    f"[a](\x01javascript:{_SCRIPT})",
    f"[a](javascript&colon;{_SCRIPT})",
    f"[a](&#106;avascript:{_SCRIPT})",
    f"[a](&#x6A&#x61;vascript:{_SCRIPT})",
    f"[a](vbscript:{_SCRIPT})",
    "[a](data:text/html;base64,PHNjcmlwdD53aW5kb3cucHduZWQ9MTwvc2NyaXB0Pg==)",
    f"[a](blob:https://x/{_SCRIPT})",
    "[a](file:///etc/passwd)",
    "[a](//collector.invalid/x)",
    "[a](/lab/api/kernels)",
    "[a](#x)",
    "[a](http:evil)",
    "[a](http://[evil)",
    "[a](attachment:x.png)",
    f"<javascript:{_SCRIPT}>",
    f"<data:text/html,<script>{_SCRIPT}</script>>",
    f'[a](https://ok.example/ "x\\" onmouseover={_SCRIPT}")',
    f"[![a](javascript:{_SCRIPT})](javascript:{_SCRIPT})",
)
_IMAGES = (
    f"![pixel]({COLLECTOR}/inline.png)",
    f"![pixel][p]\n\n[p]: {COLLECTOR}/reference.png",
    "![a](attachment:x.png)",
    f"![a](javascript:{_SCRIPT})",
    f"[![a]({COLLECTOR}/linked.png)](https://ok.example/)",
)
_HTML = (
    f"<script>{_SCRIPT}</script>",
    f'<img src="{COLLECTOR}/html.png" onerror="{_SCRIPT}">',
    f"<svg onload={_SCRIPT}>",
    f'<iframe srcdoc="<script>parent.pwned=1</script>" src="{COLLECTOR}/frame"></iframe>',
    f'<a href="javascript:{_SCRIPT}">a</a>',
    f"<style>@import url({COLLECTOR}/style.css); body {{ display: none }}</style>",
    f'<div style="background:url({COLLECTOR}/background.png)">a</div>',
    f"<!-- --><img src=x onerror={_SCRIPT}><!-- -->",
    f"<!--><script>{_SCRIPT}</script>-->",
    f"</div></div><script>{_SCRIPT}</script>",
    f"| a |\n| --- |\n| <img src={COLLECTOR}/cell.png onerror={_SCRIPT}> |",
    f"`<img src={COLLECTOR}/code.png onerror={_SCRIPT}>`",
    f"```html\n<script>{_SCRIPT}</script>\n```",
    f"    <script>{_SCRIPT}</script>",
    '<form action="https://collector.invalid"><input name="q" autofocus></form>',
    f"<details open ontoggle={_SCRIPT}><summary>a</summary></details>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={_SCRIPT}>",
    "<h1 id='jupyter-config-data'>a</h1>",
    f"<meta http-equiv=refresh content='0;url={COLLECTOR}/meta'>",
    f"<base href={COLLECTOR}>",
)
_FORMULAS = (
    "$x$",
    "$$x$$",
    "a $$\nx\n$$ b",
    "\\(x\\)",
    "\\\\(x\\\\)",
    "\\[x\\]",
    "\\\\[x\\\\]",
    "\\begin{equation}x\\end{equation}",
    "$\\href{javascript:window.pwned=1}{x}$",
    f"$\\unicode{{x}}\\require{{html}}\\style{{background:url({COLLECTOR}/tex.png)}}{{x}}$",
    "| a |\n| --- |\n| $x$ and $y$ |",
    "`$x$`",
    "# $x$",
)
_DIAGRAMS = (
    f'```mermaid\ngraph TD\n  A-->B\n  click A "javascript:{_SCRIPT}"\n```',
    "~~~mermaid\ngraph TD\n  A-->B\n~~~",
    "```{mermaid}\ngraph TD\n  A-->B\n```",
)
_STRANGE = (
    "# heading {#jupyter-config-data}",
    "| a | b |\n| --- | --- |\n| x \\| y | `z \\| w` |",
    "moc.elpmaxe \u202e live \u2066 text",
    "\x1b]8;;https://collector.invalid\x07click\x1b]8;;\x07",
    "- " * 3_000 + "deep",
    "[" * 3_000,
    "x" * 20_000,
    "<" * 3_000,
)
HOSTILE_TEXTS = (*_LINK_DEFINITIONS, *_LINKS, *_IMAGES, *_HTML, *_FORMULAS, *_DIAGRAMS, *_STRANGE)
PRICES = (
    "was $1,299.00, now $899.00",
    "$5 to $10 ($7.50 on average)",
    "US$20 or A$30 or $$40",
    "prices: $1, $2 and $3",
)
