"""What Playwright takes for a storage state: a profile that comes from elsewhere is checked before it is kept.

https://playwright.dev/docs/api/class-browsercontext#browser-context-storage-state has its form, but for IndexedDB, of
which its `indexed_db` option says only that it is there.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

Text = Annotated[str, Field(strict=True)]


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Cookie(_Model):
    name: Text
    value: Text
    domain: Annotated[Text, Field(min_length=1)]
    path: Annotated[Text, Field(pattern="^/")]
    expires: float
    http_only: bool
    secure: bool
    same_site: Literal["Strict", "Lax", "None"]


class _Entry(_Model):
    name: Text
    value: Text


class _Keyed(_Model):
    name: Text
    key_path: Text | None = None
    key_path_array: list[Text] | None = None


class _Index(_Keyed):
    multi_entry: bool
    unique: bool


class _Store(_Keyed):
    auto_increment: bool
    records: list[dict[str, Any]]
    indexes: list[_Index]


class _Database(_Model):
    name: Text
    version: Annotated[int, Field(ge=1)]
    stores: list[_Store]


class _Origin(_Model):
    origin: Annotated[Text, Field(pattern=r"^https?://[^/?#\s]+$")]
    local_storage: list[_Entry]
    indexed_db: Annotated[list[_Database], Field(alias="indexedDB")] = []


class _StorageState(_Model):
    cookies: list[_Cookie] = []
    origins: list[_Origin] = []


def what_is_wrong(content: bytes) -> str | None:
    """Return what keeps JSON from being a storage state, None where nothing does.

    Parameters
    ----------
    content : bytes
        UTF-8.
    """
    try:
        _StorageState.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg']}" if where else first["msg"]
    return None
