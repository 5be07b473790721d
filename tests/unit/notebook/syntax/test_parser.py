"""Tests of the parser of magics."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.notebook.commands.emulator import (
    EmulatorAccount,
    EmulatorAdvance,
    EmulatorFaults,
    EmulatorFreeze,
    EmulatorInstance,
    EmulatorReset,
    EmulatorRestart,
    EmulatorState,
    EmulatorStatus,
)
from webrun_nb.notebook.commands.general import Asyncio, Help, HelpDocs
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.commands.session import Answer, Pause, Resume, Start, Status, Stop, Terminate
from webrun_nb.notebook.commands.task import Task
from webrun_nb.notebook.commands.usage import Usage
from webrun_nb.notebook.syntax import parser
from webrun_nb.notebook.syntax.credentials import refuse_credentials
from webrun_nb.notebook.syntax.errors import CommandError


def parse(line: str, cell: str | None) -> Any:
    """Return the arguments of the parsed command."""
    return parser.parse(COMMANDS, line, cell).arguments


def refusal(line: str, cell: str | None = None) -> CommandError:
    with pytest.raises(CommandError) as caught:
        parse(line, cell)
    return caught.value


@pytest.mark.parametrize("line", ["task --replay a.json", "map pages --replay a.json", "map --resume r2"])
def test_a_cell_is_empty_where_its_text_is_recorded(line: str) -> None:
    assert parse(line, " \n").text == ""


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("", Help()),
        ("help", Help()),
        ("help end", Help("end")),
        ("help docs", HelpDocs()),
        ("help docs glossary", HelpDocs("glossary")),
        ("start", Start()),
        ("start shop --url practice:shop --new", Start("shop", "practice:shop", True)),
        ("start --new --url https://a.example/x shop-2", Start("shop-2", "https://a.example/x", True)),
        ("start --pictures", Start(pictures=True)),
        ("status", Status()),
        ("status shop", Status("shop")),
        ("status --all", Status(all_sessions=True)),
        ("status --all;", Status(all_sessions=True, quiet=True)),
        ("pause", Pause()),
        ("resume shop # now", Resume("shop")),
        ("stop shop;", Stop("shop")),
        ("usage --plot;", Usage(plot=True, quiet=True)),
        ("terminate", Terminate()),
        ("end --all", Terminate(all_sessions=True)),
        ("asyncio on", Asyncio("on")),
    ],
)
def test_line_verbs(line: str, command: object) -> None:
    assert parse(line, None) == command


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("emulator", EmulatorStatus()),
        ("emulator status", EmulatorStatus()),
        ("emulator restart", EmulatorRestart()),
        ("emulator advance 6m", EmulatorAdvance(360_000)),
        ("emulator advance 1h30m", EmulatorAdvance(5_400_000)),
        ("emulator advance 2d", EmulatorAdvance(172_800_000)),
        ("emulator advance 90", EmulatorAdvance(90_000)),
        ("emulator freeze", EmulatorFreeze(True)),
        ("emulator unfreeze", EmulatorFreeze(False)),
        ("emulator kill", EmulatorInstance("kill")),
        ("emulator hang shop", EmulatorInstance("hang", "shop")),
        ("emulator restore shop", EmulatorInstance("restore", "shop")),
        ("emulator account", EmulatorAccount()),
        (
            "emulator account --balance 0.05 --spending-limit none --session-limit 2 --deactivated",
            EmulatorAccount((("balance", 0.05), ("spending_limit", None), ("session_limit", 2), ("deactivated", True))),
        ),
        ("emulator account --active", EmulatorAccount((("deactivated", False),))),
        (
            "emulator faults start-session --times 2 --status 503 --code INSTANCE_UNAVAILABLE",
            EmulatorFaults("start-session", 2, 503, "INSTANCE_UNAVAILABLE"),
        ),
        ("emulator faults task --delay 500", EmulatorFaults("task", delay_ms=500)),
        ("emulator faults task --drop", EmulatorFaults("task", drop=True)),
        ("emulator faults instance-start --times 1", EmulatorFaults("instance-start")),
        ("emulator faults clear", EmulatorFaults(None)),
        ("emulator reset", EmulatorReset()),
        ("emulator state;", EmulatorState(quiet=True)),
    ],
)
def test_the_emulators_verbs(line: str, command: object) -> None:
    assert parse(line, None) == command


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://host/{{ i }}", "http://host/{{ i }}"),
        ("http://host/{{i}}/{{ j }}?q=1", "http://host/{{i}}/{{ j }}?q=1"),
        ("{{ urls[0] }}", "{{ urls[0] }}"),
        ("http://host/{{ row['name'] }}", "http://host/{{ row['name'] }}"),
        ('http://host/{{ row["a }} b"] }}', 'http://host/{{ row["a }} b"] }}'),
        ('"http://host/{{ row["name"] }}"', 'http://host/{{ row["name"] }}'),
        ("'http://host/{{ row['name'] }}'", "http://host/{{ row['name'] }}"),
        (r'"http://host/{{ row[\"name\"] }}"', 'http://host/{{ row["name"] }}'),
        ('"http://host/{{ i }} and more"', "http://host/{{ i }} and more"),
        ("http://host/{{ x | replace(' #', '') }}", "http://host/{{ x | replace(' #', '') }}"),
        (r"http://host/{{ x | replace('\\', '/') }}", r"http://host/{{ x | replace('\\', '/') }}"),
    ],
)
def test_a_template_is_part_of_one_value(written: str, url: str) -> None:
    line = f"start shop --url {written} --new # the rest"
    assert parse(line, None) == Start("shop", url, True)
    assert parse(f"task --url={written} --end;", "do it") == Task("do it", url=url, end=True, quiet=True)


def test_a_template_without_an_end_is_refused_with_an_example() -> None:
    error = refusal("task --url http://host/{{ i --end", "do it")
    assert "a {{ on the line has no }}" in str(error)
    assert "--url http://localhost:8000/{{ page }}" in str(error)


def test_a_key_in_a_template_is_refused() -> None:
    refused = refusal("start --url http://host/{{ 'enig_12345678' }}")
    assert "enig" not in str(refused)


@pytest.mark.parametrize(
    ("line", "cell", "answer"),
    [
        ("answer yes", None, Answer("yes")),
        ("answer  the 'red' one; #3 {{ x }}  ", None, Answer("the 'red' one; #3 {{ x }}")),
        ("answer it's --all", None, Answer("it's --all")),
        ("answer", "one\n  two;\n", Answer("one\n  two;")),
        ("answer shop", "yes?", Answer("yes?", "shop")),
    ],
)
def test_an_answer_is_taken_as_it_is(line: str, cell: str | None, answer: Answer) -> None:
    assert parse(line, cell) == answer


def test_task_with_every_option() -> None:
    line = "task -s shop --url 'https://a.example/{{ x }}' --schema \"name:str, price:float?\" -o df -n 3"
    assert parse(line + " --timeout 2m --end --dry-run --raw -q", "\nList them.\n") == Task(
        "List them.",
        session="shop",
        url="https://a.example/{{ x }}",
        schema="name:str, price:float?",
        out="df",
        rows=3,
        timeout_ms=120_000,
        end=True,
        dry_run=True,
        raw=True,
        quiet=True,
    )


@pytest.mark.parametrize(
    ("line", "cache", "url"),
    [
        ("task --cache", "1d", None),
        ("task --cache 90m", "90m", None),
        ("task --cache=2d", "2d", None),
        ("task --cache --url practice:shop", "1d", "practice:shop"),
        ("task --url practice:shop --cache", "1d", "practice:shop"),
        ("task --refresh", None, None),
    ],
)
def test_an_option_whose_value_may_be_left_out(line: str, cache: str | None, url: str | None) -> None:
    assert parse(line, "List them.") == Task("List them.", cache=cache, url=url, refresh=cache is None)


def test_commands_are_frozen() -> None:
    with pytest.raises(AttributeError):
        parse("start", None).name = "x"  # type: ignore[misc, union-attr]


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("start --url https://a.example/#top", "https://a.example/#top"),
        ("start --url 'https://a.example/ #x'", "https://a.example/ #x"),
        ("start --url https://a.example # the 'shop", "https://a.example"),
        ("start --url 'https://a.example/;'", "https://a.example/;"),
    ],
)
def test_comments_start_with_a_word_of_their_own(line: str, url: str) -> None:
    assert parse(line, None) == Start(url=url)


def test_a_semicolon_in_front_of_a_comment_still_counts() -> None:
    assert parse("status --all; # mine", None) == Status(all_sessions=True, quiet=True)


@pytest.mark.parametrize(("line", "cell"), [("task;", "Go."), ("task", "Go.;"), ("task", "Go. ;\n\n")])
def test_a_trailing_semicolon_hides_the_head_and_is_stripped(line: str, cell: str) -> None:
    assert parse(line, cell) == Task("Go.", quiet=True)


def test_a_semicolon_inside_the_cell_stays() -> None:
    assert parse("task", "a; b") == Task("a; b")


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("2m", 120_000),
        ("90s", 90_000),
        ("1m30s", 90_000),
        ("150", 150_000),
        ("1.5m", 90_000),
        ("5m", 300_000),
    ],
)
def test_durations(written: str, ms: int) -> None:
    command = parse(f"task --timeout {written}", "x")
    assert isinstance(command, Task)
    assert command.timeout_ms == ms


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("6m", "300 s"),
        ("301", "300 s"),
        ("0", "1 s"),
        ("0.5s", "1 s"),
        ("soon", "not a duration"),
        ("5h", "not a"),
        ("''", "not a"),
    ],
)
def test_durations_out_of_range(written: str, said: str) -> None:
    assert said in refusal(f"task --timeout {written}", "x").message


@pytest.mark.parametrize(
    ("line", "cell", "message", "hint"),
    [
        ("strat", None, "no verb 'strat'", "start"),
        ("apply df", "x", "no verb 'apply'", "task"),
        ("task --timout 2m", "x", "no option --timout", "--timeout"),
        ("task --max-cost 0", "x", "--max-cost: '0' is not an amount", "more than 0"),
        ("task --max-cst 1", "x", "no option --max-cst", "--max-cost"),
        ("task --time 2m", "x", "no option --time", "--timeout"),
        ("task --url", "x", "--url needs a value", "help task"),
        ("task --end=1", "x", "--end takes no value", "help task"),
        ("task -o a -o b", "x", "-o is given twice", "once"),
        ("task --timeout 1h", "x", "'1h' is not a duration", "at most 5m"),
        ("task --timeout 6m", "x", "longer than a task may take", "at most 5m"),
        ("task -o 1a", "x", "'1a'", "Python name"),
        ("task --bg 1bad", "x", "--bg: '1bad' can't be a job's name", "Python name: --bg laptops"),
        ("wait 1bad", None, "JOB: '1bad' can't be a job's name", "%webrun jobs"),
        ("environments", None, "no verb 'environments'", "did you mean env?"),
        ("policies", None, "no verb 'policies'", "did you mean policy?"),
        ("term", None, "no verb 'term'", "did you mean terminate?"),
        ("task --timeout -5s", "x", "--timeout: '-5s' is not a duration", "90s"),
        ("task --max-cost -1", "x", "--max-cost: '-1' is not an amount", "more than 0"),
        ("emulator advance -5m", None, "takes no negative value: -5m", "help emulator"),
        ("start my session", None, 'start: unexpected "session"', "a session's name is one word"),
        ("task --session main", "x", "no option --session", "did you mean -s?"),
        ("task --output laptops", "x", "no option --output", "did you mean -o?"),
        ("List the laptops", None, "no verb 'List'", "%%webrun task on its first line"),
        ("List the laptops", "x", "no verb 'List'", "%%webrun task on its first line"),
        ("task --expect 404", "x", "'404' is not a condition", 'did you mean "status = 404"?'),
        ("task -o class", "x", "'class'", "Python name"),
        ("task -n -1", "x", "'-1'", "0 or more"),
        ("task -n many", "x", "'many'", "0 or more"),
        ("task -s 'a b'", "x", "'a b'", "letters"),
        ("task --url ''", "x", "--url is empty", "https://"),
        ("task --url https://a.example/it's", "x", "quote", "double quotes"),
        ("task List the laptops", "x", 'task: unexpected "List"', "lines below"),
        ("task --schema name:str, price:float", "x", 'unexpected "price:float"', "put values with spaces in quotes"),
        ("task", None, "from a cell", "%%webrun task"),
        ("task", " \n;", "has no text for task", "%%webrun task"),
        ("start shop", "text", "takes no cell", "%webrun start"),
        ("start a b", None, 'unexpected "b"', "one word"),
        ("--url x", "text", "verb is missing", "%%webrun task"),
        ("", "text", "verb is missing", "%%webrun task"),
        ("status shop --all", None, "not both", "help status"),
        ("terminate --all shop", None, "not both", "help terminate"),
        ("answer", None, "the answer is empty", "%webrun answer TEXT"),
        ("answer shop", " \n", "the answer is empty", "%%webrun answer"),
        ("answer shop yes", "no", "not in both", "%%webrun answer NAME"),
        ("emulator advence 6m", None, "no verb 'advence'", "%webrun emulator advance"),
        ("emulator 6m", None, "no verb '6m'", "restart"),
        ("emulator advance", None, "needs one more word", "%webrun emulator advance 6m"),
        ("task --cache soon", "x", "'soon' is not a span", "1h30m"),
        ("task --cache 0s", "x", "--cache: 0s is no time at all", "--refresh"),
        ("task --cache --cache 1h", "x", "--cache is given twice", "once"),
        ("cache cleer", None, "cache has no verb 'cleer'", "%webrun cache clear"),
        ("emulator advance soon", None, "'soon' is not a span", "1h30m"),
        ("emulator advance 400d", None, "more than a year", "a year"),
        ("emulator account --balance much", None, "'much' is not an amount", "--balance none"),
        ("emulator account --session-limit -1", None, "'-1'", "0 to"),
        ("emulator account --active --deactivated", None, "not both", "help emulator"),
        ("emulator faults task", None, "how are the calls to fail", "--drop"),
        ("emulator faults run-tsk --status 503", None, "there is nothing called 'run-tsk'", "did you mean run-task?"),
        ("emulator faults foo", None, "there is nothing called 'foo'", "there are: start-session"),
        ("emulator faults task --status 200", None, "'200'", "400 to 599"),
        ("emulator faults task --code x", None, "'x' is not a code", "INSTANCE_UNAVAILABLE"),
        ("emulator faults clear --times 2", None, "takes no options", "faults clear"),
        ("emulator faults instance-start --drop", None, "--times alone", "does not start"),
        ("emulator kill shop now", None, 'unexpected "now"', "one word"),
        ("emulator", "text", "takes no cell", "%webrun emulator"),
        ("asyncio", None, "on", "%webrun asyncio on"),
        ("asyncio off", None, "turned off", "restart"),
    ],
)
def test_errors_say_what_and_what_instead(line: str, cell: str | None, message: str, hint: str) -> None:
    error = refusal(line, cell)
    assert (message in error.message, hint in error.hint) == (True, True), (error.message, error.hint)


@pytest.mark.parametrize("written", ['{"type": "object"}', '{"type":"object"}', '"{"type": "array"}"', '["a", "b"]'])
def test_json_that_lost_its_quotes_is_answered_with_single_quotes(written: str) -> None:
    assert "single quotes" in refusal(f"task --schema {written} -o df", "x").hint


def test_json_in_single_quotes_survives() -> None:
    assert parse("""task --schema '{"type": "object"}'""", "x") == Task("x", schema='{"type": "object"}')


def test_secrets_are_named_for_hosts() -> None:
    line = "task --secret shop.example.com=SHOP --secret '*.Bank.example=MY_BANK' --secret=practice:shop=SHOP"
    named = (("shop.example.com", "SHOP"), ("*.bank.example", "MY_BANK"), ("practice:shop", "SHOP"))
    assert parse(line, "Log in") == Task("Log in", secrets=named)
    assert parse("start --secret all=SHOP", None) == Start(secrets=(("all", "SHOP"),))


@pytest.mark.parametrize("value", ["x.example=hunter2", "x.example=s3cr3t!", "hunter2", "=SHOP", "x.example="])
def test_a_secrets_value_in_place_of_its_name_is_refused_and_not_repeated(value: str) -> None:
    error = refusal(f"task --secret {value}", "Log in")
    assert "hunter2" not in f"{error.message} {error.hint}"
    assert "s3cr3t" not in f"{error.message} {error.hint}"
    assert "SHOP" in f"{error.message} {error.hint}"


SECRETS = [
    "open otpauth://totp/Shop:ada?secret=ABCDEFGH",
    "key sk_live_abcdefghij0123456789",
    "use glpat-abcdefghij0123456789",
    "use enig_a1b2c3d4e5",
    "key wr_9f8e7d6c5b4a3210",
    "key sk-proj-a1b2c3d4e5f6g7h8",
    "log in with password: hunter",
    "the password is xyz",
    "Password is swordfish.",
    "password=correct-horse-battery",
    '{"password": "swordfish"}',
    'type "swordfish" into the Password field',
    'fill in the password with "swordfish"',
    "log in as ada with password hunter2",
    "api_key = 8f7a6b5c4d",
    "token: ghp_abcdefghijklmnopqrstuvwxyz",
    "open https://ada:lovelace@shop.example.com/",
    "-----BEGIN RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("text", SECRETS)
def test_credentials_are_refused_in_a_cell(text: str) -> None:
    assert "saved with its notebook" in refusal("task", text).message


@pytest.mark.parametrize("text", SECRETS)
def test_credentials_are_refused_in_an_answer(text: str) -> None:
    assert "saved with its notebook" in refusal(f"answer {text}").message
    assert "saved with its notebook" in refusal("answer", text).message


def test_credentials_are_refused_on_a_line() -> None:
    assert "key" in refusal("start --url https://a.example/?k=sk-a1b2c3d4e5f6g7h8i9").message


@pytest.mark.parametrize(
    "line", ["task --password swordfish", "task --secret=swordfish", "task --secret a.example=swordfish"]
)
def test_a_refusal_never_repeats_the_secret(line: str) -> None:
    error = refusal(line, "x")
    assert "swordfish" not in error.message + error.hint


@pytest.mark.parametrize(
    "text",
    [
        'click the "Forgot password" link',
        "enter the password",
        "the password is wrong",
        "check that the password is at least 8 characters long",
        "check whether the password is required",
        "Password: optional",
        "name:str, password:str?, token:str",
        '{"type": "object", "properties": {"password": {"type": "string"}}}',
        "the password is {{ pw }}",
        "list the products whose token is expired",
        "tick the box next to Password",
        "read the wr_total_price_column and the sk-learn-tutorial-overview",
        'click "Password" and then "Login"',
        "list the laptops under $900: name, price",
        "what is the secret of the shop, and is the key in stock",
        "open https://shop.example.com:8443/login?next=/a@b",
        'type "Ada" into the Name field',
    ],
)
def test_talk_about_passwords_is_fine(text: str) -> None:
    refuse_credentials(text)


@given(line=st.text(max_size=60), cell=st.none() | st.text(max_size=20))
def test_any_line_is_a_command_or_a_command_error(line: str, cell: str | None) -> None:
    for prefix in ("", "task ", "start ", "answer ", "emulator ", "emulator faults "):
        with contextlib.suppress(CommandError):  # anything else fails the test, SystemExit too
            parse(prefix + line, cell)


def test_parsing_imports_neither_pandas_nor_ipython() -> None:
    code = (
        "import sys, webrun_nb.tables.frames, webrun_nb.notebook.display.result_frames, webrun_nb.tables.templates\n"
        "from webrun_nb.notebook.syntax import completion, help, parser, spec\n"
        "go = spec.Command('go', 'go somewhere', dict, lambda workspace, fields: fields)\n"
        "registry = spec.Registry((go,))\n"
        "assert parser.parse(registry, 'go', None).command is go\n"
        "assert completion.complete(registry, '%webrun g', {}).names == ['go']\n"
        "assert help.help_text(registry, 'go').startswith('%webrun go')\n"
        "print(sorted({'pandas', 'IPython', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_commands_import_no_pandas() -> None:
    code = "import sys, webrun_nb.notebook.commands.registry\nprint('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
