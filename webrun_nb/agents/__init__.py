"""Agents: generators that propose steps, which the emulator's worker takes. No agent touches a browser."""
