"""Tests of the destinations that a session may reach: names, addresses, and kinds of networks."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webrun_nb.browsers.egress.destinations import DestinationPolicy, EmulatorAddress, RefusedError
from webrun_nb.common import addresses
from webrun_nb.common.hosts import HostNameError

PUBLIC = ip_address("93.184.216.34")
PRIVATE = ip_address("10.1.2.3")
METADATA = ip_address("169.254.169.254")
LAN = ip_address("192.168.7.7")
HOME = EmulatorAddress(8765, ip_address("127.0.0.1"), frozenset({LAN}))


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("93.184.216.34", "public"),
        ("2606:4700:4700::1111", "public"),
        ("::ffff:93.184.216.34", "public"),
        ("64:ff9b::5db8:d822", "public"),
        ("127.0.0.1", "private"),
        ("127.9.9.9", "private"),
        ("10.0.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.0.1", "private"),
        ("100.64.0.1", "private"),
        ("198.18.0.1", "private"),
        ("::1", "private"),
        ("fd12:3456::1", "private"),
        ("::ffff:127.0.0.1", "private"),
        ("::ffff:10.0.0.1", "private"),
        ("::127.0.0.1", "private"),
        ("64:ff9b::7f00:1", "private"),
        ("64:ff9b::a00:1", "private"),
        ("2002:7f00:1::", "private"),
        ("2002:c0a8:1::1", "private"),
        ("169.254.169.254", "never"),
        ("168.63.129.16", "never"),
        ("100.100.100.200", "never"),
        ("fd00:ec2::254", "never"),
        ("::ffff:169.254.169.254", "never"),
        ("64:ff9b::a9fe:a9fe", "never"),
        ("2002:a9fe:a9fe::", "never"),
        ("fe80::1", "never"),
        ("0.0.0.0", "never"),
        ("0.1.2.3", "never"),
        ("::", "never"),
        ("224.0.0.1", "never"),
        ("ff02::1", "never"),
        ("255.255.255.255", "never"),
        ("240.0.0.1", "never"),
        ("192.0.2.1", "never"),
        ("2001:db8::1", "never"),
        ("2001::1", "never"),
        ("64:ff9b:1::1", "never"),
        ("100::1", "never"),
    ],
)
def test_each_address_is_of_its_kind(address, kind):
    assert addresses.address_class(ip_address(address)) == kind


@given(st.ip_addresses(v=4))
def test_an_address_in_another_dress_is_the_same_place(address):
    number = int(address)
    dresses = [
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address(0x2002 << 112 | number << 80),
    ]
    assert {addresses.address_class(dress) for dress in dresses} == {addresses.address_class(address)}


@given(st.ip_addresses())
def test_nothing_is_public_that_python_does_not_call_global(address):
    if addresses.address_class(address) == "public":
        assert addresses.unmap_ipv6(address).is_global
        assert not addresses.unmap_ipv6(address).is_multicast


# --- reach ------------------------------------------------------------------------------------------------------------


def refusal(reach: DestinationPolicy, host: str, port: int = 80, *answers: IPv4Address | IPv6Address) -> str | None:
    try:
        reach.check_host(host)
        reach.select_addresses(host, port, answers or reach.resolve_locally(host, port) or (PUBLIC,))
    except RefusedError as error:
        return str(error)
    return None


def test_a_public_host_is_reached():
    assert refusal(DestinationPolicy(), "shop.example") is None


def test_only_the_public_ones_of_a_name_s_addresses_are_dialled():
    assert DestinationPolicy().select_addresses("shop.example", 80, (PRIVATE, PUBLIC)) == [PUBLIC]


@pytest.mark.parametrize("host", ["10.1.2.3", "127.0.0.1", "::1", "localhost", "x.localhost", "169.254.169.254"])
def test_an_address_inside_is_refused_and_reached_once_it_is_named(host):
    reach = DestinationPolicy(home=HOME)
    before = refusal(reach, host)
    reach.allowlist([host])
    assert (before is not None, refusal(reach, host)) == (True, None)


def test_a_name_that_leads_inside_is_refused_and_the_address_is_said():
    assert "inside.example (10.1.2.3)" in (refusal(DestinationPolicy(), "inside.example", 80, PRIVATE) or "")


def test_a_named_name_may_lead_inside():
    assert refusal(DestinationPolicy(named=["wiki.corp"]), "wiki.corp", 80, PRIVATE) is None


def test_a_named_name_never_leads_to_a_cloud_s_credentials():
    assert refusal(DestinationPolicy(named=["wiki.corp"]), "wiki.corp", 80, METADATA)


def test_a_named_name_that_was_public_does_not_lead_inside_later():
    reach = DestinationPolicy(named=["turn.example"])
    assert refusal(reach, "turn.example", 80, PUBLIC) is None
    assert refusal(reach, "turn.example", 80, PRIVATE)


def test_a_pattern_names_all_below_it_and_not_itself():
    reach = DestinationPolicy(named=["*.corp.example"])
    assert refusal(reach, "a.corp.example", 80, PRIVATE) is None
    assert refusal(reach, "corp.example", 80, PRIVATE)


def test_a_practice_site_is_at_the_emulator_s_port_alone():
    reach = DestinationPolicy(home=HOME)
    assert refusal(reach, "shop.localhost", 8765) is None
    assert refusal(reach, "shop.localhost", 8766)


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("127.0.0.1", None),
        ("localhost", None),
        ("::1", None),
        ("::ffff:7f00:1", None),
        ("127.8.8.8", None),
        ("0.0.0.0", None),
        ("192.168.7.7", None),
        ("me.example", ip_address("127.0.0.1")),
        ("mixed.example", LAN),
    ],
)
def test_the_emulator_itself_is_not_reached_even_where_it_was_named(host, answer):
    reach = DestinationPolicy(named=[host], home=HOME)
    assert "emulator itself" in (refusal(reach, host, 8765, *([answer] if answer else [])) or "")
    assert host == "0.0.0.0" or refusal(reach, host, 8764, *([answer] if answer else [])) is None


def test_a_domain_to_avoid_and_all_below_it_are_refused_until_the_list_changes():
    reach = DestinationPolicy()
    reach.avoid(["Bad.example"])
    assert refusal(reach, "bad.example")
    assert refusal(reach, "a.b.bad.example")
    assert refusal(reach, "notbad.example") is None
    reach.avoid([])
    assert refusal(reach, "bad.example") is None


def test_a_domain_to_avoid_is_the_one_that_browsers_open():
    reach = DestinationPolicy()
    reach.avoid(["faß.example"])
    assert refusal(reach, "www.xn--fa-hia.example")
    assert refusal(reach, "fass.example") is None


def test_a_domain_to_avoid_that_is_no_host_is_refused_and_the_list_stays():
    reach = DestinationPolicy()
    reach.avoid(["bad.example"])
    with pytest.raises(HostNameError):
        reach.avoid(["good.example", "a b"])
    assert refusal(reach, "bad.example")


def test_to_avoid_beats_to_name():
    reach = DestinationPolicy(named=["10.1.2.3"])
    reach.avoid(["10.1.2.3"])
    assert refusal(reach, "10.1.2.3")


def test_a_policy_s_rule_on_hosts_is_heard():
    reach = DestinationPolicy()
    reach.host_rule = lambda host: "no banks" if host == "bank.example" else None
    assert (refusal(reach, "bank.example"), refusal(reach, "shop.example")) == ("no banks", None)


def test_a_name_that_only_a_proxy_may_know_has_to_be_named():
    reach = DestinationPolicy(named=["hidden.onion"], home=HOME)
    reach.check_unresolved("hidden.onion", 80)
    with pytest.raises(RefusedError, match="no one named it"):
        reach.check_unresolved("other.onion", 80)
    with pytest.raises(RefusedError, match="emulator"):
        reach.check_unresolved("hidden.onion", 8765)


@given(host=st.from_regex(r"[a-z]{1,8}\.example", fullmatch=True), answers=st.lists(st.ip_addresses(), min_size=1))
def test_whatever_a_page_names_nothing_but_the_public_internet_is_dialled(host, answers):
    try:
        chosen = DestinationPolicy(home=HOME).select_addresses(host, 80, answers)
    except RefusedError:
        return
    assert {addresses.address_class(address) for address in chosen} == {"public"}
