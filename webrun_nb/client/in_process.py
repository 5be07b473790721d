"""Refuses to pickle objects that belong to their process, and names a replacement."""

from __future__ import annotations

from typing import ClassVar, NoReturn, Self, SupportsIndex


class InProcess:
    """A handle on something that lives in this process, such as a session's connection; copies of it are itself."""

    instead: ClassVar[str] = ""
    """The advice at the end of the error's message: how to get something that can be pickled."""

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        message = f"a {type(self).__name__} can't be pickled: it belongs to this process"
        raise TypeError(f"{message}; {self.instead}" if self.instead else message)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object, /) -> Self:
        return self
