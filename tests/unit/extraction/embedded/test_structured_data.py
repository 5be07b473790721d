from __future__ import annotations

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.embedded.structured_data import Entity, embedded_of, entities_of, local_name
from webrun_nb.extraction.sources import Source


def entities(body: str, head: str = "") -> list[Entity]:
    return entities_of(snapshot_of_html(f"<html><head>{head}</head><body>{body}</body></html>"))


def texts(entity: Entity, *path: str) -> list[str]:
    return [datum.text for datum in entity.data(*path)]


def column(source: Source, name: str) -> list[str]:
    (number,) = [i for i, column in enumerate(source.columns) if name in column.properties]
    return [cell.exact or cell.text if (cell := row.cells[number]) else "" for row in source.rows]


def script(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


class TestJsonLd:
    def test_graph_gives_its_entities_side_by_side(self) -> None:
        found = entities(script('{"@graph": [{"@type": "WebSite", "name": "S"}, {"@type": "Product", "name": "P"}]}'))
        assert [entity.types for entity in found] == [("website",), ("product",)]

    def test_nested_values_have_paths_and_an_entity_gives_its_name(self) -> None:
        found = entities(script('{"@type": ["Product", "Thing"], "brand": {"@type": "Brand", "name": "Orla"}}'))
        assert (found[0].types, texts(found[0], "brand")) == (("product", "thing"), ["Orla"])

    def test_reference_by_id_is_followed(self) -> None:
        found = entities(script('[{"@type": "Product", "brand": {"@id": "#b"}}, {"@id": "#b", "name": "Orla"}]'))
        assert texts(found[0], "brand") == ["Orla"]

    def test_circle_of_references_ends(self) -> None:
        circle = '[{"@id": "#a", "name": "A", "isPartOf": {"@id": "#b"}}, {"@id": "#b", "isPartOf": {"@id": "#a"}}]'
        assert texts(entities(script(circle))[0], "name") == ["A"]

    def test_value_is_of_the_script_that_has_it(self) -> None:
        found = entities(script('{"name": "A"}') + "<p>x</p>" + script('{"name": "B"}'))
        assert [entity.data("name")[0].node.tag for entity in found] == ["script", "script"]
        assert found[0].node is not found[1].node

    def test_html_entities_in_values_are_resolved(self) -> None:
        assert texts(entities(script('{"name": "Elo&iacute;sa"}'))[0], "name") == ["Eloísa"]


class TestMicrodata:
    def test_values_are_of_the_nearest_item(self) -> None:
        body = """<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Lamp</h1>
          <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
            <meta itemprop="price" content="12.50"><span itemprop="name">today</span></div></div>"""
        (product,) = entities(body)
        assert (texts(product, "name"), texts(product, "offers", "price")) == (["Lamp"], ["12.50"])

    def test_itemref_adds_values_from_elsewhere(self) -> None:
        (product,) = entities('<i itemscope itemref="x"></i><p id="x"><b itemprop="sku">K-1</b></p>')
        assert texts(product, "sku") == ["K-1"]

    def test_machine_readable_form_comes_first(self) -> None:
        (event,) = entities('<p itemscope><time itemprop="startDate" datetime="2026-05-01">May</time></p>')
        assert texts(event, "startdate") == ["2026-05-01"]


def test_rdfa_is_read_like_microdata() -> None:
    (product,) = entities('<p vocab="https://schema.org/" typeof="Product"><b property="schema:sku">K-1</b></p>')
    assert (product.types, texts(product, "sku")) == (("product",), ["K-1"])


def test_meta_tags_of_open_graph_are_one_entity() -> None:
    head = '<meta property="og:title" content="Lamp"><meta name="viewport" content="x">'
    (meta,) = entities("", head)
    assert {name: texts(meta, name) for name in meta.values} == {"og:title": ["Lamp"]}


class TestEmbeddedSources:
    def test_items_side_by_side_are_rows_with_the_same_columns(self) -> None:
        item = '<p itemscope itemtype="x/Product"><b itemprop="name">{}</b>{}</p>'
        (source,) = embedded_of(
            snapshot_of_html("<body>" + item.format("A", '<i itemprop="sku">1</i>') + item.format("B", "") + "</body>")
        )
        assert (column(source, "name"), column(source, "sku")) == (["A", "B"], ["1", ""])

    def test_variants_of_one_thing_are_one_row_with_what_all_say(self) -> None:
        variant = '{{"@type": "Product", "name": "Dress", "sku": "{}", "brand": "Orla"}}'
        page = snapshot_of_html(f"<body>{script(variant.format('S-1'))}{script(variant.format('S-2'))}</body>")
        (source,) = embedded_of(page)
        assert [sorted(c.properties) for c in source.columns] == [["name"], ["brand"]]
        assert column(source, "brand") == ["Orla"]

    def test_item_list_gives_its_items(self) -> None:
        items = '{"@type": "ItemList", "itemListElement": [{"item": {"name": "A"}}, {"item": {"name": "B"}}]}'
        (source,) = embedded_of(snapshot_of_html(f"<body>{script(items)}</body>"))
        assert column(source, "name") == ["A", "B"]

    def test_value_for_machines_is_exact_and_displayed_text_is_text(self) -> None:
        (source,) = embedded_of(
            snapshot_of_html('<body><p itemscope><b itemprop="price" content="12.5">12,50 €</b></p></body>')
        )
        cell = source.rows[0].cells[0]
        assert cell is not None
        assert (cell.text, cell.exact) == ("12,50 €", "12.5")


def test_name_is_taken_from_its_vocabulary() -> None:
    assert [local_name(name) for name in ("http://schema.org/Offer", "schema:Offer", "gtin13")] == [
        "offer",
        "offer",
        "gtin13",
    ]
