"""What all models of the wire have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer
from pydantic.alias_generators import to_camel


class WireModel(BaseModel):
    """A JSON object of the contract: camelCase on the wire, snake_case in Python, immutable."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, allow_inf_nan=False)


class Request(WireModel):
    """A request's body: strict about types, silent about fields it doesn't know (section 1)."""

    model_config = ConfigDict(strict=True, extra="ignore")

    #: older name → name; the newer one wins where both are present (section 1)
    older_names: ClassVar[dict[str, str]] = {}

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object with the fields that were set."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Response(WireModel):
    """What the service answers. Clients tolerate fields that are newer than they are."""

    model_config = ConfigDict(extra="ignore")

    #: wire names of fields that are left out where they are None; all others are sent as null
    left_out: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_the_left_out(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = handler(self)
        return {name: value for name, value in fields.items() if value is not None or name not in self.left_out}

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object."""
        return self.model_dump(mode="json", by_alias=True)
