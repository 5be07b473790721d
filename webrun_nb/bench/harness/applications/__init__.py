"""Web applications that were not made here, each with ten tasks in plain English and checks of what came of them.

The sentences and checks were written before the agent that is measured with them, without knowledge of its grammar,
and are not reworded: they stand for users who do not know it either.
"""
