"""The widget's own tests: against a running endpoint, which can be wrong on demand. `pip install lcm-conformance`."""

from widget import fetch, label


def test_the_widget_shows_the_contact(lcm_endpoint, lcm_judge):
    reply = fetch(lcm_endpoint.url, lcm_endpoint.agents["agent-7"])
    assert lcm_judge(reply) == ()
    assert label(reply) == "5550104711 (Queue1)"


def test_the_widget_copes_with_a_contact_without_a_queue(lcm_endpoint, lcm_judge):
    lcm_endpoint.switch("drops_queue")
    reply = fetch(lcm_endpoint.url, lcm_endpoint.agents["agent-7"])
    assert [row.clause for row in lcm_judge(reply) if row.verdict == "fail"] == ["FLD-Queue-presence"]
    assert label(reply) == "5550104711 (no queue)"


def test_the_widget_asks_as_the_page_has_it(lcm_endpoint):
    fetch(lcm_endpoint.url, lcm_endpoint.agents["agent-7"])
    assert lcm_endpoint.ignored == []
