"""Bodies of `/policies` and of what is recorded of a task (sections 11 and 12)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from webrun_nb.common.policy_terms import (
    ActionCategory,
    Actor,
    DomainMode,
    MatchType,
    Permission,
    PolicyStatus,
    RuleScope,
    StepKind,
    StepOutcome,
)
from webrun_nb.wire.base import Request, Response, WireModel
from webrun_nb.wire.limits import (
    MAX_POLICY_DOMAINS,
    MAX_POLICY_MATCH_CHARS,
    MAX_POLICY_NAME_CHARS,
    MAX_POLICY_ROLE_CHARS,
    MAX_POLICY_RULES,
)

Match = Annotated[str, Field(min_length=1, max_length=MAX_POLICY_MATCH_CHARS)]


class _Part(Request):
    """A part of a policy; null is "not given"."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, body: object) -> object:
        return {name: value for name, value in body.items() if value is not None} if isinstance(body, dict) else body


class DomainEntry(_Part):
    """A pattern of hosts, and the action where one is reached."""

    pattern: Annotated[str, Field(min_length=1, max_length=300)]
    action: Literal["block", "guardrail"] = "block"


class DomainRules(_Part):
    """The rules on the hosts that may be reached."""

    mode: DomainMode = "allow_all"
    entries: Annotated[list[DomainEntry], Field(max_length=MAX_POLICY_DOMAINS)] = Field(default_factory=list)


class ActionRule(_Part):
    """The permission for a category of actions."""

    category: ActionCategory
    permission: Permission
    url_pattern: Match | None = None
    scope: RuleScope = "all"
    match_type: MatchType = "keyword"
    match: Match | None = None


class PolicyFields(_Part):
    """A policy as in `POST /policies` and `PUT /policies/:id`; fields not given are the template's, or stay.

    `template` names one of the policies that `GET /policies` lists as `templates`.
    """

    template: Annotated[str, Field(max_length=MAX_POLICY_NAME_CHARS)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=MAX_POLICY_NAME_CHARS)] | None = None
    description: Annotated[str, Field(max_length=2_000)] | None = None
    status: PolicyStatus | None = None
    llm_role: Annotated[str, Field(max_length=MAX_POLICY_ROLE_CHARS)] | None = None
    domain_rules: DomainRules | None = None
    action_rules: Annotated[list[ActionRule], Field(max_length=MAX_POLICY_RULES)] | None = None
    default_action: Permission | None = None


class PolicyTest(Request):
    """`POST /policies/:id/test`: the task whose recorded steps are decided on once more."""

    task_id: str


# --- answers ----------------------------------------------------------------------------------------------------------


class DomainEntryBody(WireModel):
    """As `DomainEntry`."""

    pattern: str
    action: Literal["block", "guardrail"]


class DomainRulesBody(WireModel):
    """As `DomainRules`."""

    mode: DomainMode
    entries: list[DomainEntryBody]


class ActionRuleBody(Response):
    """As `ActionRule`; what a rule doesn't say is left out."""

    left_out: ClassVar[frozenset[str]] = frozenset({"urlPattern", "scope", "matchType", "match"})

    category: ActionCategory
    permission: Permission
    url_pattern: str | None = None
    scope: RuleScope | None = None
    match_type: MatchType | None = None
    match: str | None = None


class PolicyRules(Response):
    """The rules of a policy, with each in plain words (`summary`)."""

    name: str
    description: str
    status: PolicyStatus
    llm_role: str
    domain_rules: DomainRulesBody
    action_rules: list[ActionRuleBody]
    default_action: Permission
    summary: list[str]


class PolicyBody(PolicyRules):
    """A user's policy."""

    id: str = Field(alias="_id")
    policy_id: str
    created_at: int
    updated_at: int


class PolicyAnswer(Response):
    """Answer to POST, PUT and GET of one."""

    success: Literal[True] = True
    message: str
    policy: PolicyBody


class PolicyList(Response):
    """Answer to `GET /policies`."""

    success: Literal[True] = True
    policies: list[PolicyBody]
    templates: list[PolicyRules]


class AuditRow(Response):
    """One decision of a policy, with `response` null; or the response to a `guardrail`, as a further row."""

    timestamp: int
    session_id: str
    task_id: str | None
    policy_id: str
    action: str
    target: str
    by: Actor
    rule: str | None
    decision: Permission
    response: str | None


class AuditList(Response):
    """Answer to `GET /policies/:id/audit`, oldest first."""

    success: Literal[True] = True
    policy_id: str
    audit: list[AuditRow]


class StepBody(Response):
    """One recorded step of a task; what was typed is never in it."""

    seq: int
    kind: StepKind
    name: str
    target: str
    by: Actor
    url: str
    looks: bool = False
    """True for an action that only looks at pages, or follows a link to another one."""
    decision: Permission | None
    rule: str | None
    response: str | None
    outcome: StepOutcome
    error: str | None
    at: int
    duration: float | None
    """ms; None while it is under way."""
    cost: float | None
    """US dollars since the step before."""
    picture: bool
    """True if there is a picture of the page right after it, at `…/steps/:seq/picture`."""


class PictureSettings(Request):
    """`PUT /_emulator/sessions/:id/pictures`."""

    wanted: bool


class PicturesAnswer(Response):
    """Answer to it."""

    success: Literal[True] = True
    session_id: str
    wanted: bool


class StepList(Response):
    """Answer to `GET /_emulator/tasks/:id/steps`."""

    success: Literal[True] = True
    session_id: str
    task_id: str
    steps: list[StepBody]
    steps_left_out: int = 0
    """The number of further steps that are not recorded, as there are too many."""


class SessionEffects(Response):
    """Answer to `GET /_emulator/sessions/:id/effects`: what a session may have changed so far."""

    success: Literal[True] = True
    session_id: str
    acted: bool
    """True once its agent, or a person, has done more in it than to look at pages and follow links."""
    secrets: bool
    """True if it was given secrets, with a task or in a task's text."""
    busy: bool
    """True while a task runs or waits in it."""


class SourceBody(Response):
    """The source of one value of an answer."""

    row: int
    column: str
    page: str
    element: str
    text: str


class SourceList(Response):
    """Answer to `GET /_emulator/tasks/:id/provenance`."""

    success: Literal[True] = True
    session_id: str
    task_id: str
    provenance: list[SourceBody]


class PolicyTestStep(Response):
    """The decision of a policy on a recorded step."""

    seq: int
    name: str
    target: str
    by: Actor
    url: str
    decided: Permission | None
    """The decision when the step was taken; None without a policy."""
    decision: Permission
    rule: str | None
    complete: bool
    """False if something known then is no longer known: a rule about the page's text could decide otherwise."""


class TestResult(Response):
    """Answer to `POST /policies/:id/test`."""

    success: Literal[True] = True
    policy_id: str
    task_id: str
    steps: list[PolicyTestStep]
