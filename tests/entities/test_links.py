"""Hosts and domains of links."""

from __future__ import annotations

import pytest

from modengine.entities.links import domain_of, host_of, is_of

HOSTS = {
    "https://a.example.com/x?y=1": "a.example.com",
    "hxxps://example.com": "example.com",
    "http://user@example.com:8080/": "example.com",
    "example.top?q=1": "example.top",
    "www。example。top": "www.example.top",
    "example点com": "example.com",
    "example(点)com": "example.com",
    "example[.]com/x1": "example.com",
    "example[dot]com": "example.com",
    "example dot com": "example.com",
    "dotted.com": "dotted.com",
    "example 点 tv": "example.tv",
    "w w w.example.cn": "www.example.cn",
    "[url]": "",
    "网页链接": "",
}


@pytest.mark.parametrize("link", HOSTS)
def test_the_host_of_a_link(link: str) -> None:
    assert host_of(link) == HOSTS[link]


@pytest.mark.parametrize(
    ("host", "domain"),
    [("a.b.example.com", "example.com"), ("a.example.com.cn", "example.com.cn"), ("example.co.uk", "example.co.uk")],
)
def test_the_registered_domain(host: str, domain: str) -> None:
    assert domain_of(host) == domain


def test_domains_are_those_of_the_public_suffix_list() -> None:
    tldextract = pytest.importorskip("tldextract")
    extract = tldextract.TLDExtract(suffix_list_urls=())
    for host in filter(None, map(host_of, HOSTS)):
        parts = extract(host)
        assert domain_of(host) == f"{parts.domain}.{parts.suffix}"


def test_a_host_is_of_its_domain_alone() -> None:
    assert is_of("a.example.com", "example.com")
    assert is_of("example.com", "example.com")
    assert not is_of("badexample.com", "example.com")
