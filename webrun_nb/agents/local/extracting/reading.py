"""Readings of pages for one sentence: what the engine makes of them, with the list in the words of the sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from webrun_nb.agents.local.extracting.asked_for import shape_of_names
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.lists.view import Field, View, view_of
from webrun_nb.extraction.assignment.requested import Requested, requested_of
from webrun_nb.extraction.engine import PageSources, extract
from webrun_nb.extraction.results import Extraction
from webrun_nb.extraction.schema import Shape
from webrun_nb.extraction.snapshot import Snapshot
from webrun_nb.extraction.sources import Source


@dataclass
class Reading:
    """The records that were read for a sentence.

    Parameters
    ----------
    extraction : Extraction
        The records with their evidence.
    view : View or None
        The list or record that they are from; None where there is none.
    columns : tuple of str
        The columns that are asked for; those of the list itself where none are.
    """

    extraction: Extraction
    view: View | None
    columns: tuple[str, ...]
    fields: dict[str, Field] = field(default_factory=dict)
    """The field of each column that has one."""

    @property
    def covered(self) -> int:
        """The number of columns that the page has."""
        return len(self.fields) + len([each for each in self.extraction.questions if each.column])


class Reader:
    """Reads pages for one sentence.

    Parameters
    ----------
    wanted : Extract
        The sentence.
    shape : Shape or None
        The form of the answer; None for an answer in words.
    wishes : mapping of str to str
        The columns of the answer, each with the sentence's words for it, which may be empty.
    chosen : mapping of str to str
        The label of the field that a person chose for a column.
    sources : PageSources
        The sources of the pages.
    """

    def __init__(
        self,
        wanted: Extract,
        shape: Shape | None,
        wishes: Mapping[str, str],
        chosen: Mapping[str, str],
        sources: PageSources,
    ) -> None:
        self._wanted = wanted
        self._sources = sources
        self._chosen = chosen
        asked = shape if shape is not None and shape.columns else replace(shape_of_names(wishes), bare=False)
        columns = tuple(
            replace(each, description=each.description or wishes.get(each.name, "")) for each in asked.columns
        )
        self.shape = replace(asked, columns=columns)
        self._requested = requested_of(wanted.sentence)

    def of_list(
        self,
        pages: Sequence[Snapshot],
        *,
        is_meant: Callable[[Source], bool] | None = None,
        screens: bool = False,
        like: Source | None = None,
    ) -> Reading:
        """Read a list from its pages.

        Parameters
        ----------
        pages : sequence of Snapshot
            The pages of the list, in order.
        is_meant : callable, optional
            Tells of each list of the first page whether it may be the one that is asked for.
        screens : bool
            True if they are screens of one list that was scrolled.
        like : Source, optional
            The list that the first of them goes on with.
        """
        requested = self._asked(many=True if self._is_of_rows() else self._requested.many)
        if is_meant is not None:  # which one is known already
            requested = replace(requested, number=0, all_tables=False, places=())
        return self._read(pages, True, requested, is_meant, screens, like)

    def of_record(self, page: Snapshot) -> Reading:
        """Read what a page says of the one thing that it is about."""
        return self._read([page], False, replace(self._asked(many=False), number=0), None, False)

    def _read(
        self,
        pages: Sequence[Snapshot],
        many: bool,
        requested: Requested,
        is_meant: Callable[[Source], bool] | None,
        screens: bool,
        like: Source | None = None,
    ) -> Reading:
        extraction = extract(
            pages,
            replace(self.shape, many=many),
            self._wanted.sentence,
            chosen=self._chosen,
            screens=screens,
            requested=requested,
            is_meant=is_meant,
            found=self._sources,
            like=like,
        )
        view = view_of(extraction)
        asked = [each.name for each in self.shape.columns if not each.inner]  # without lists of records in a record
        columns = tuple(asked) or tuple(each.name for each in extraction.columns)
        fields: dict[str, Field] = {}
        if view is not None:
            for place, (name, found) in enumerate(view.part.assignment.fields.items()):
                own = view.own(found) if found.source is view.source else Field(found, f"beside{place}", place)
                if own is not None:
                    fields[name] = own
        return Reading(extraction, view, columns, fields)

    def _is_of_rows(self) -> bool:
        """Tell whether the sentence can only mean the rows of a list."""
        wanted = self._wanted
        selects = wanted.constraints or wanted.order or wanted.row is not None or wanted.limit is not None
        return bool(wanted.count or wanted.compute or selects or wanted.place or wanted.place_ordinal)

    def _asked(self, *, many: bool | None) -> Requested:
        phrases = (*self._wanted.wishes, *self._requested.phrases)
        number = self._wanted.place_ordinal or self._requested.number
        return replace(self._requested, many=many, number=number, phrases=phrases, joins_all=True)
