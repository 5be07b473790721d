"""The local agent: plain English, offline, free, without a language model.

`language` reads a task's sentences as steps, and `agent` takes them one after the other: `matching` finds the elements
that they name, `skills` has the ways to work controls and forms, `effects` checks what came of each step, and
`extracting`, `lists` and `list_pages` read values with the extraction engine. `task` is the talk with the worker that
all of them use; `references`, `premises` and `values` are what "it", "if …" and "the answer" mean at the moment.
"""
