"""The form of the answer that a task asks for, as the extraction engine knows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from webrun_nb.agents.base import AgentError, TaskSpec
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.extraction.schema import SchemaShapeError, Shape
from webrun_nb.extraction.schema import shape_of as shape_of_schema


def shape_of(brief: TaskSpec) -> Shape | None:
    """Read the shape of the answer from a task; None for an answer in words.

    Raises
    ------
    AgentError
        `OUTPUT_SCHEMA_MISMATCH`: the schema asks for something else than records or values of a page.
    """
    if brief.output_type == "text":
        return None
    schema = brief.output_schema
    if brief.output_type == "structured_csv":
        return shape_of_names(schema if isinstance(schema, Sequence) and not isinstance(schema, str) else ())
    if schema is not None and not isinstance(schema, Mapping):
        return shape_of_names(schema)
    try:
        return shape_of_schema(schema)
    except SchemaShapeError as error:
        raise AgentError(
            TaskFailureCode.OUTPUT_SCHEMA_MISMATCH, f"The answers of the emulator are records: {error}."
        ) from error


def shape_of_names(names: Iterable[object]) -> Shape:
    """Return the shape of a list with text columns of these names."""
    properties: dict[str, Any] = {str(name): {"type": ["string", "null"]} for name in names}
    if not properties:
        return Shape()
    item = {"type": "object", "properties": properties, "required": list(properties)}
    return replace(shape_of_schema({"type": "array", "items": item}), schema={})
