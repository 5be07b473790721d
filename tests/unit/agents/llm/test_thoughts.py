"""The words of a model while they arrive: in whole sentences, seldom, and no call that is written as JSON."""

from __future__ import annotations

from pydantic_ai.messages import (
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
)

from webrun_nb.agents.llm.thoughts import Thoughts


class Listener:
    """The list of all that is told of an answer, with a clock that stands still unless it is set."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.said: list[str] = []
        self.thoughts = Thoughts(self.said.append, lambda: self.now_s)

    def thinks(self, *pieces: str) -> None:
        self.thoughts.hear(PartStartEvent(index=0, part=ThinkingPart(pieces[0])))
        for piece in pieces[1:]:
            self.thoughts.hear(PartDeltaEvent(index=0, delta=ThinkingPartDelta(content_delta=piece)))

    def says(self, *pieces: str, after_s: float = 0.0) -> None:
        self.thoughts.hear(PartStartEvent(index=1, part=TextPart(pieces[0])))
        for piece in pieces[1:]:
            self.now_s += after_s
            self.thoughts.hear(PartDeltaEvent(index=1, delta=TextPartDelta(content_delta=piece)))


def test_a_sentence_is_told_once_it_is_whole() -> None:
    listener = Listener()
    listener.says("I look", " for the", " price. Then")
    assert listener.said == ["I look for the price."]
    listener.thoughts.end("I look for the price. Then")
    assert listener.said == ["I look for the price.", "Then"]


def test_sentences_that_follow_at_once_are_told_together() -> None:
    listener = Listener()
    listener.says("One. ", "Two. ", "Three. ", "Four. ", after_s=0.2)
    assert listener.said == ["One.", "Two. Three. Four."]
    listener.thoughts.end("One. Two. Three. Four.")
    assert len(listener.said) == 2


def test_long_words_without_an_end_are_told_up_to_a_space() -> None:
    listener = Listener()
    listener.says("and so on " * 21, "sk-abc", after_s=1.0)
    assert listener.said == [("and so on " * 21).strip()]


def test_thinking_is_told_before_the_words() -> None:
    listener = Listener()
    listener.thinks("The price", " matters")
    listener.says("I look.")
    listener.thoughts.end("I look.")
    assert listener.said == ["The price matters", "I look."]


def test_no_more_than_the_beginning_of_a_long_answer_is_told() -> None:
    listener = Listener()
    listener.says(*(f"Sentence number {number}. " for number in range(100)), after_s=1.0)
    assert sum(map(len, listener.said)) <= 500
    assert listener.said[-1].endswith("…")


def test_a_call_that_is_written_as_json_is_not_told() -> None:
    listener = Listener()
    listener.says("I click. ", '{"tool": "click", "arguments": {"element": 3. }}')
    listener.thoughts.end("")
    assert listener.said == ["I click."]


def test_what_is_untold_of_an_answer_that_broke_off_is_forgotten() -> None:
    listener = Listener()
    listener.says("I look. The pass")
    listener.thoughts.begin()
    listener.says("I go.")
    listener.thoughts.end("I go.")
    assert listener.said == ["I look.", "I go."]


def test_a_whole_answer_is_told_at_its_end() -> None:
    listener = Listener()
    listener.thoughts.end("I look. I go.")
    assert listener.said == ["I look. I go."]
