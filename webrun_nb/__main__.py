"""`python -m webrun_nb` is `webrun-nb`."""

from webrun_nb.cli import main

raise SystemExit(main())
