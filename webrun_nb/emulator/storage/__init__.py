"""The storage of the emulator: one database per data folder, shared by all emulators of a user.

`database` opens it and gives transactions, `schema` has its version and the migrations, the other modules its tables.
It is one database for all emulators, rather than one for each: results have to outlive the emulator that made them, and
environments and policies belong to a user, whichever emulator they were made with.

Every module with tables has to be imported here, so that the schema is complete before a database is opened.
"""

from webrun_nb.emulator.storage import policies as policies
from webrun_nb.emulator.storage import tables as tables
