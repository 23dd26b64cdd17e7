"""The log of the page: what stands in the tree can be compared with what stands in the checkpoint and in a proof."""

from __future__ import annotations

import json

from tests.play.browser.window import Opened, action


def test_the_root_of_the_tree_reads_as_it_does_in_the_checkpoint(opened: Opened) -> None:
    page = opened("what-a-log-proves", "audit")
    action(page, "review")
    page.click("#record")
    page.wait_for_selector("#record-1")
    root = page.locator(".merkle + h4 + .json").inner_text().splitlines()[2]
    assert page.locator(".merkle .node").first.get_attribute("title") == root
    assert page.locator(".merkle .node").first.inner_text() == root[:6]
    assert f"root {root[:6]}" in page.inner_text("#panel")
    page.check('input[value="proof"]')
    proof = json.loads(page.locator(".one-record .json").inner_text())
    leaves = [leaf.get_attribute("title") for leaf in page.locator(".node.leaf").all()]
    assert proof["hashes"] == leaves[:1]
    page.click("#flip-byte")
    page.wait_for_selector(".node.other")
    assert page.locator(".node.other").count() == 2  # the record and the root
