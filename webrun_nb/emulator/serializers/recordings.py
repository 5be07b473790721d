"""The recording of a task (`agents.recording`), made of the steps that were recorded while it ran."""

from __future__ import annotations

from webrun_nb.agents.recording.recording import (
    BY_HAND,
    ActionStep,
    ChosenStep,
    ReadStep,
    RecordedStep,
    RecordedTask,
    Recording,
    RecordingError,
)
from webrun_nb.common.codes import TaskStatus
from webrun_nb.emulator.domain.task import Step, TaskRecording


def recording_of(record: TaskRecording) -> Recording:
    """Return the recording of a task that was completed.

    Raises
    ------
    RecordingError
        It was not completed, or not all of its steps are recorded.
    """
    if record.status is not TaskStatus.COMPLETE or record.order is None:
        raise RecordingError(f"task {record.task_id} was not completed: only a completed task is replayed")
    if record.steps_left_out:
        raise RecordingError(f"{record.steps_left_out:,} steps of task {record.task_id} are not recorded")
    fields = record.order.fields
    steps: list[RecordedStep] = []
    for step in record.steps:
        if step.because and step.because in record.readings:  # whoever reads takes its looks and turns its pages
            if not (steps and isinstance(steps[-1], ReadStep) and steps[-1].read == step.because):
                steps.append(ReadStep(read=step.because))
        elif (action := _action(step)) is not None:
            steps.append(action)
        choices = [each for each in record.choices if each.step is not None and each.step == step.number]
        steps += [ChosenStep.of(each.chosen, each.because) for each in choices]
    return Recording(
        task=RecordedTask(
            text=fields.prompt,
            starting_url=fields.starting_url,
            output_type=fields.output_type,
            output_schema=fields.output_schema,
        ),
        steps=tuple(steps),
    )


def _action(step: Step) -> ActionStep | None:
    """Return an action that was done; None for a look, a note, and an action in whose place another was done."""
    if step.kind != "action":
        return None
    if step.by == "user" or step.outcome == "by hand":
        return ActionStep(action=step.name, because=step.because, problem=BY_HAND)
    if step.outcome != "done" or step.recorded is None:
        return None
    return ActionStep.model_validate(step.recorded).model_copy(update={"because": step.because, "looks": step.looks})
