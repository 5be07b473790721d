"""Measures the cost of a session's egress proxy: a page of fifty parts through it, and without it."""

from __future__ import annotations

import asyncio

from webrun_nb.bench.harness.context import BenchContext
from webrun_nb.bench.harness.site import PARTS
from webrun_nb.bench.measurement import Comparison
from webrun_nb.bench.results import BenchError, Sample, Target

_WITHIN_S = 30.0


class ManyParts(Comparison):
    """A page with fifty pictures from its own host, in a context that is new each time.

    The page itself says how long it took, from the start of its navigation to the end of its `load` event, so that no
    session's bookkeeping is in the time. Ours: a session with a `startingUrl`; everything goes through its proxy, the
    first request being asked for the password too. Raw: a context without any proxy, whose requests are listened to as
    our network log does.
    """

    name = "egress"
    measures = f"page with {PARTS} sub-resources through a session's proxy (no path rules)"
    unit = "ms"
    target = Target("ratio", 1.35)
    rounds = 15
    isolation = "context"
    warm_ups = 2

    async def sample(self, bench: BenchContext) -> Sample:
        """Measure once.

        Raises
        ------
        BenchError
            The page did not load.
        """
        url, visit = bench.site.visit_of_many_parts()
        session_id = await self._open(url)
        try:
            async with asyncio.timeout(_WITHIN_S):
                await visit.loaded.wait()
        except TimeoutError as error:
            raise BenchError(f"a page of {PARTS} parts was not there after {_WITHIN_S:.0f} s") from error
        await self._emulator.terminate(session_id)
        await bench.until_at_rest()
        raw_url, _ = bench.site.visit_of_many_parts()
        return Sample(visit.load_ms, (await self._raw.do("load", url=raw_url))["ms"])

    async def _open(self, url: str) -> str:
        return await self._emulator.start_session(startingUrl=url)


class ManyPartsByPath(ManyParts):
    """The same with a policy that has a rule on paths: every request is routed, too."""

    name = "egress-paths"
    measures = f"page with {PARTS} sub-resources through a session's proxy, with path rules"
    target = Target("ratio", 2.1)

    _policy_id: str

    async def prepare(self, bench: BenchContext) -> None:
        """Make the policy, and prepare as without it."""
        emulator = await bench.emulator("context")
        rule = {"category": "Navigation", "permission": "block", "urlPattern": "*/admin/*"}
        made = await emulator.post("/policies", {"name": "No admin pages", "actionRules": [rule]})
        self._policy_id = made["policy"]["_id"]
        await super().prepare(bench)

    async def _open(self, url: str) -> str:
        body = {"policyId": self._policy_id, "task": {"startingUrl": url}}
        return str((await self._emulator.post("/start/start-session", body))["sessionId"])
