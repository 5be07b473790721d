"""Sessions, tasks, money and time as pure Python: no framework, no I/O, no system clock."""
