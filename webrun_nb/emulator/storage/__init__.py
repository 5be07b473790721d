"""What the emulator keeps on disk: one database per data folder, shared by all emulators of a user.

`database` opens it and hands out transactions, `schema` is its version and how older files are brought up to it, the
other modules are its tables. One file for all emulators, rather than one each: results have to outlive the emulator
that made them, and environments and policies belong to a user, whichever emulator they were made with.

Every module with tables has to be imported here, so that the schema is whole before a file is opened.
"""

from webrun_nb.emulator.storage import policies as policies
from webrun_nb.emulator.storage import tables as tables
