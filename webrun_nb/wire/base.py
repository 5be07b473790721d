"""Defines the base classes of all data models of the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError


def iso_time(time: datetime) -> str:
    """Return a point in time as the wire has it (contract, introduction): `2026-02-09T12:00:00.000Z`."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"


def _from_unix_ms(time: object) -> object:
    """Return unix milliseconds as a time; pydantic would take small numbers for seconds."""
    return datetime.fromtimestamp(time / 1000, UTC) if isinstance(time, int | float) else time


WireTime = Annotated[
    datetime,
    BeforeValidator(_from_unix_ms),
    PlainSerializer(iso_time, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A point in time. Unix milliseconds are read as well: records of earlier versions have them."""


class WireModel(BaseModel):
    """A JSON object of the contract: camelCase on the wire, snake_case in Python, immutable."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, allow_inf_nan=False)


class Request(WireModel):
    """A request's body: strict about types, silent about fields it doesn't know (section 1)."""

    #: a request holds secrets, which the text of an error must not repeat
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _can_be_sent_on(cls, body: object) -> object:
        """Refuse halves of UTF-16 pairs: JSON can escape them, but no answer, log or page could ever hold them."""
        if not _is_unicode(body):
            raise PydanticCustomError(
                "webrun_invalid", "{why}", {"why": "the body holds lone surrogates (\\ud800…)", "written_as": "body"}
            )
        return body

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object with the fields that were set."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Response(WireModel):
    """The body of an answer. Clients ignore fields that are newer than they are."""

    model_config = ConfigDict(extra="ignore")

    #: wire names of fields that are left out where they are None; all others are sent as null
    left_out: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_the_left_out(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = handler(self)
        return {name: value for name, value in fields.items() if value is not None or name not in self.left_out}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        """Describe the fields that are sent; pydantic by itself describes any object, because of the serializer."""
        fields = handler.resolve_ref_schema(handler({k: v for k, v in schema.items() if k != "serialization"}))
        fields["required"] = [name for name in fields["properties"] if name not in cls.left_out]
        return fields

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object."""
        return self.model_dump(mode="json", by_alias=True)


def _is_unicode(body: object) -> bool:
    left = [body]  # a list of our own: bodies may be nested deeper than Python calls functions
    while left:
        value = left.pop()
        if isinstance(value, str):
            if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
                return False
        elif isinstance(value, Mapping):
            left.extend(value)
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
    return True
