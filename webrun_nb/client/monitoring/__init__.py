"""State and cost of sessions: events, guardrails, budgets and the ledger."""
