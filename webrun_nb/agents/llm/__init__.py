"""The agent that is a language model of the user's own (extra `llm`): `agent.LlmAgent`.

The packages that it needs are imported by `agent` and what that imports. The modules that read what a model has chosen
need none of them: a replay uses them without a model.
"""
