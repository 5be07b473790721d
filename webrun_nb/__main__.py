"""The command line, for `python -m webrun_nb`."""

from webrun_nb.cli import main

raise SystemExit(main())
