"""Tests of the vault: the hosts that each secret is for (contract, section 6)."""

from __future__ import annotations

import pyotp
import pytest

from webrun_nb.emulator.domain.secrets.vault import (
    FieldContext,
    SecretHostPattern,
    SecretWithheldError,
    Vault,
    read_answer,
)
from webrun_nb.emulator.execution.secret_filter import code_now

SEED = "JBSWY3DPEHPK3PXP" * 2


@pytest.fixture
def vault() -> Vault:
    return Vault(lambda setup: f"code of {setup}")


def passwords(vault, **matches):
    for name, match in matches.items():
        vault.put(match, {"password": f"{name}-secret", name: "present"})


@pytest.mark.parametrize(
    ("match", "host", "fits"),
    [
        ("github.com", "github.com", True),
        ("github.com", "GitHub.COM.", True),
        ("GITHUB.com.", "github.com", True),
        ("github.com", "www.github.com", False),
        ("github.com", "github.com.evil.example", False),
        ("github.com", "notgithub.com", False),
        ("github.com", "xn--gthub-n4a.com", False),
        ("*.x.com", "a.x.com", True),
        ("*.x.com", "a.b.x.com", True),
        ("*.x.com", "x.com", False),
        ("*.x.com", "ax.com", False),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("xn--bcher-kva.example", "BÜCHER.example", True),
        ("faß.de", "xn--fa-hia.de", True),
        ("faß.de", "fass.de", False),
        ("fass.de", "faß.de", False),
        ("*.i❤.ws", "a.xn--i-7iq.ws", True),
        ("127.1", "127.0.0.1", True),
        ("all", "anything.example", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("[::1]", "[0:0:0:0:0:0:0:1]", True),
        ("localhost", "shop.localhost", False),
    ],
)
def test_a_match_means_what_the_contract_says(vault, match, host, fits):
    vault.put(match, {"password": "x" * 8})
    assert bool(vault.names(f"https://{host}/login?next=/")) is fits


@pytest.mark.parametrize(
    "match", ["", "*", "https://x.com", "x.com/login", "x.com:443", "*.*.com", "a*.com", "*x.com", "a b.com",
              "xn--ü.de", "1.2.3.4.5", "*.127.0.0.1", "user@x.com", ".x.com", "a..b"],
)  # fmt: skip
def test_what_is_no_match_is_refused(match):
    with pytest.raises(ValueError, match=r"\w"):
        SecretHostPattern.parse(match)


@pytest.mark.parametrize(
    ("host", "wins"),
    [("a.b.x.com", "deep"), ("b.x.com", "wide"), ("www.b.x.com", "deep"), ("x.com", "exact"), ("y.org", "every")],
)
def test_the_most_specific_match_wins_whole(vault, host, wins):
    passwords(vault, wide="*.x.com", every="all", deep="*.b.x.com", exact="x.com")
    assert set(vault.names(f"http://{host}")) == {"password", wins}


def test_a_later_task_replaces_what_it_names_and_the_old_value_stays_masked(vault):
    vault.put("x.com", {"email": "ada@x.com", "password": "the-old-one"})
    vault.put("x.com", {"password": "the-new-one"})
    assert vault.names("https://x.com/") == ("email", "password")
    assert vault.reveal_for("password", FieldContext("https://x.com/", input_type="password")) == "the-new-one"
    assert vault.redactor.redact_text("the-old-one the-new-one") == "*** ***"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "data:text/html,x", "about:blank", "chrome://x.com", "x.com", ""]
)
def test_only_pages_of_the_web_get_any(vault, url):
    vault.put("all", {"email": "ada@x.com"})
    with pytest.raises(SecretWithheldError, match="pages of the web"):
        vault.reveal_for("email", FieldContext(url))


@pytest.mark.parametrize(
    ("match", "page", "target"),
    [
        ("x.com", "https://x.com/login", "https://x.com/session"),
        ("x.com", "http://x.com:8080/login", "http://x.com:8080/session"),
        ("x.com", "http://x.com/login", "https://x.com/session"),
        ("*.x.com", "https://accounts.x.com/", "https://www.x.com/session"),
        ("all", "https://y.org/", "https://y.org/session"),
        ("x.com", "https://x.com/", "javascript:void(0)"),
    ],
)
def test_a_form_may_go_to_the_hosts_the_secret_is_for(vault, match, page, target):
    vault.put(match, {"email": "ada@x.com"})
    assert vault.reveal_for("email", FieldContext(page, (target,))) == "ada@x.com"


@pytest.mark.parametrize(
    ("match", "page", "target", "why"),
    [
        ("x.com", "https://x.com/", "https://evil.example/", "another host, evil.example"),
        ("x.com", "https://x.com/", "https://www.x.com/", "another host, www.x.com"),
        ("all", "https://y.org/", "https://evil.example/", "another host, evil.example"),
        ("*.x.com", "https://a.x.com/", "https://x.com.evil.example/", "another host"),
        ("x.com", "https://x.com/", "http://x.com/", "without encryption"),
        ("x.com", "http://x.com:8080/", "http://x.com:9090/", "another port, 9090"),
        ("x.com", "https://x.com/", "mailto:thief@evil.example", "sent by mailto"),
        ("x.com", "https://x.com/", "https://x.com@evil.example/", "another host, evil.example"),
        ("x.com", "https://x.com/", "https:\\\\evil.example\\@x.com/", "another host, evil.example"),
        ("x.com", "https://x.com/", "http://[", "nothing known"),
    ],
)
def test_a_form_that_goes_elsewhere_gets_nothing(vault, match, page, target, why):
    vault.put(match, {"email": "ada@x.com"})
    with pytest.raises(SecretWithheldError, match=why):
        vault.reveal_for(
            "email",
            FieldContext(page, ("https://x.com/" if match == "x.com" and page.startswith("https") else page, target)),
        )


def test_another_host_gets_nothing_and_is_named(vault):
    vault.put("paypal.com", {"password": "s3cret-value"})
    with pytest.raises(SecretWithheldError, match=r"no secret password is meant for paypa1\.com") as error:
        vault.reveal_for("password", FieldContext("https://paypa1.com/login", input_type="password"))
    assert "s3cret-value" not in str(error.value)


@pytest.mark.parametrize("input_type", ["text", "email", "search", "textarea"])
def test_a_password_goes_into_password_fields_alone(vault, input_type):
    vault.put("x.com", {"password": "s3cret-value"})
    with pytest.raises(SecretWithheldError, match="only into password fields"):
        vault.reveal_for("password", FieldContext("https://x.com/", input_type=input_type))


def test_an_otp_secret_yields_its_code_which_is_masked_too(vault):
    vault.put("x.com", {"otp_secret": SEED})
    assert vault.reveal_for("otp_secret", FieldContext("https://x.com/")) == f"code of {SEED}"
    assert vault.redactor.redact_text(f"it was code of {SEED}!") == "it was ***!"


def test_the_seed_within_an_otpauth_address_is_masked(vault):
    vault.put("x.com", {"otp_secret": f"otpauth://totp/Shop:ada?secret={SEED}&issuer=Shop"})
    assert SEED not in vault.redactor.redact_text(f"seed {SEED}")


def test_the_end_leaves_nothing(vault):
    vault.put("all", {"password": "s3cret-value"})
    vault.forget()
    assert (vault.names("https://x.com/"), vault.redactor.is_empty) == ((), True)


def test_a_repr_shows_nothing(vault):
    vault.put("all", {"password": "s3cret-value"})
    assert "s3cret-value" not in repr(vault)


@pytest.mark.parametrize(
    "setup",
    [
        SEED,
        SEED.lower(),
        " ".join([SEED[:4], SEED[4:]]),
        f"{SEED[:4]}-{SEED[4:]}",
        f"otpauth://totp/Shop:ada?secret={SEED}&issuer=Shop",
    ],
)
def test_codes_are_those_of_an_authenticator_app(setup):
    assert pyotp.TOTP(SEED).verify(code_now(setup), valid_window=1)


@pytest.mark.parametrize(
    "setup", ["not base32!", "0189", f"otpauth://hotp/Shop?secret={SEED}&counter=1", "otpauth://x"]
)
def test_what_is_no_otp_secret_is_not_repeated(setup):
    with pytest.raises(ValueError, match="neither base32") as error:
        code_now(setup)
    assert setup not in str(error.value)


BOTH = ("email", "password")


@pytest.mark.parametrize(
    ("text", "wanted", "read"),
    [
        ("email: ada@x.com\npassword: a b: c", BOTH, {"email": "ada@x.com", "password": "a b: c"}),
        ("Password = abc", BOTH, {"password": "abc"}),
        ("ada@x.com\nhunter 2", BOTH, {"email": "ada@x.com", "password": "hunter 2"}),
        ("ada@x.com hunter 2", BOTH, {"email": "ada@x.com", "password": "hunter 2"}),
        ("a:b", ("password",), {"password": "a:b"}),
        ("  with blanks  ", ("password",), {"password": "with blanks"}),
        ("123456", ("otp",), {"otp": "123456"}),
        ("ada@x.com", BOTH, {}),
        ("", BOTH, {}),
    ],
)
def test_an_answer_is_read_as_it_was_asked_for(text, wanted, read):
    assert read_answer(text, wanted) == read


@pytest.mark.parametrize(
    ("around", "given"),
    [
        ((), True),
        (("https://x.com/a",), True),
        (("https://shop.example/",), True),
        (("https://shop.example/", "https://x.com/"), True),
        (("https://evil.example/",), False),
        (("https://evil.example/", "https://x.com/"), False),
        (("https://x.com/", "about:blank"), False),
        (("https://www.shop.example/",), False),
    ],
)
def test_a_page_that_shows_a_frame_has_to_be_trusted_by_name(around, given):
    vault = Vault()
    vault.put("x.com", {"email": "ada@x.com"})
    vault.put("shop.example", {"email": "ada@shop.example"})
    vault.put("all", {"note": "for everybody"})
    assert vault.names("https://x.com/login", around) == (("email",) if given else ())
    place = FieldContext("https://x.com/login", around=around)
    if given:
        assert vault.reveal_for("email", place) == "ada@x.com"
        return
    with pytest.raises(SecretWithheldError, match=r"x\.com is shown in a frame of"):
        vault.reveal_for("email", place)


# --- credentials in a task's text -------------------------------------------------------------------------------------


def test_credentials_of_a_text_are_for_the_host_of_its_page_alone(vault):
    vault.read_text("t1", "log in as ada with password s3cret!")
    assert vault.empty  # until its page is known
    assert vault.redactor.redact_text("s3cret! is masked, ada is not") == "*** is masked, ada is not"
    assert vault.bind("t1", "https://shop.example:8443/login")
    assert vault.names("https://shop.example/") == ("password", "username")
    assert vault.names("https://www.shop.example/") == ()
    assert vault.reveal_for("password", FieldContext("https://shop.example/", (), "password")) == "s3cret!"


@pytest.mark.parametrize("page", ["about:blank", "", "data:text/html,x", "file:///etc"])
def test_a_page_without_a_host_gets_none(vault, page):
    vault.read_text("t1", "log in as ada with password s3cret!")
    assert not vault.bind("t1", page)
    assert vault.empty


def test_a_user_name_alone_needs_no_page(vault):
    vault.read_text("t1", "log in as ada")
    assert vault.bind("t1", "about:blank")
    assert vault.bind("t2", "about:blank")  # a text without any


def test_a_password_of_the_text_may_be_typed_into_the_field_that_the_text_says(vault):
    vault.put("all", {"password": "elsewhere", "email": "a@x.org"})
    vault.read_text("t1", 'enter the password "s3cret!" into both text fields')
    vault.bind("t1", "https://shop.example/")
    assert vault.reveal_for("password", FieldContext("https://shop.example/", (), "text")) == "s3cret!"
    assert vault.names("https://shop.example/") == ("email", "password")  # those for every host stay
    with pytest.raises(SecretWithheldError, match="not one"):
        vault.reveal_for("password", FieldContext("https://other.example/", (), "text"))
    with pytest.raises(SecretWithheldError, match="another host"):
        vault.reveal_for("password", FieldContext("https://shop.example/", ("https://evil.example/",), "text"))


def test_a_text_with_user_and_password_replaces_whoever_was_known(vault):
    vault.put("shop.example", {"email": "ada@x.org", "password": "of-ada", "otp_secret": SEED})
    vault.read_text("t1", "log in as bob with password s3cret!")
    vault.bind("t1", "https://shop.example/")
    assert vault.names("https://shop.example/") == ("otp_secret", "password", "username")
    assert vault.has_user_of("t1")


def test_a_user_name_alone_is_not_put_together_with_the_password_of_another(vault):
    vault.put("shop.example", {"email": "ada@x.org", "password": "of-ada"})
    vault.read_text("t1", "log in as bob")
    vault.read_text("t2", "log in as ada@x.org")
    assert vault.bind("t1", "https://shop.example/")
    assert vault.bind("t2", "https://shop.example/")
    assert vault.names("https://shop.example/") == ("email", "password")
    assert (vault.has_user_of("t1"), vault.has_user_of("t2")) == (False, True)


def test_the_credentials_of_texts_are_forgotten_too(vault):
    vault.read_text("t1", "log in with password s3cret!")
    vault.forget()
    assert vault.bind("t1", "https://shop.example/")
    assert vault.empty
