"""One exchange as a sequence: who sent what when. Pure: an exchange to SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from lcm_conformance.record.asked import asked_in_words
from lcm_conformance.record.reply import Message
from lcm_conformance.record.transcript import Event, Exchange, Kind
from lcm_conformance.report.legible import one_line
from lcm_conformance.report.svg import element, joined, picture

_WIDTH, _STEP, _TOP = 640.0, 34.0, 46.0
_SUITE, _ENDPOINT = 70.0, 520.0
MOST = 8


@dataclass(frozen=True)
class Step:
    """One line of the picture: `kind` is sent, received, silence or closed; `ms` after the request."""

    kind: str
    label: str
    ms: float


def steps(exchange: Exchange) -> list[Step]:
    """What happened in an exchange, in order; of very much the first."""
    return list(_steps(exchange))


def _steps(exchange: Exchange) -> Iterator[Step]:
    if exchange.trouble is not None:
        yield Step("silence", "could not be asked", 0)
        return
    yield Step("sent", asked_in_words(exchange), 0)
    came = [event for event in exchange.received if event.kind is Kind.RECEIVED]
    for event in came[:MOST]:
        yield Step("received", heard(event), (event.clock - exchange.sent) * 1000)
    if len(came) > MOST:
        yield Step("received", f"and {len(came) - MOST} more messages", (came[-1].clock - exchange.sent) * 1000)
    waited = (exchange.ended - exchange.sent) * 1000
    if exchange.closed:
        yield Step("closed", "the endpoint ends the session", waited)
    elif not came:
        yield Step("silence", f"nothing came for {waited / 1000:.1f} s", waited)


def heard(event: Event) -> str:
    """A received frame in a few words."""
    message = Message(event)
    subtopic = message.subtopic
    if isinstance(subtopic, str):
        return f"{one_line(subtopic, 40)}{' with a contact' if message.hands_out else ''}"
    return "a frame that is no JSON" if message.parsed.error else "a message without a subtopic"


def sequence_picture(exchange: Exchange) -> Markup:
    """The picture: the suite on the left, the endpoint on the right, time downwards."""
    told = steps(exchange)
    height = _TOP + _STEP * len(told) + 8
    parts = [
        _head(_SUITE, f"agents.{exchange.agent}"),
        _head(_ENDPOINT, "endpoint"),
        *(element("line", x1=x, y1=_TOP - 14, x2=x, y2=height, class_="life") for x in (_SUITE, _ENDPOINT)),
        *(_arrow(step, _TOP + _STEP * (number + 0.6)) for number, step in enumerate(told)),
    ]
    said = "; ".join(f"{step.kind}: {step.label}" for step in told)
    return picture(_WIDTH, height, f"{exchange.id}: {said}", joined(parts), "sequence")


def _head(x: float, text: str) -> Markup:
    return element("text", text, x=x, y=20.0, text_anchor="middle", class_="who")


def _arrow(step: Step, y: float) -> Markup:
    start, end = (_SUITE, _ENDPOINT) if step.kind == "sent" else (_ENDPOINT, _SUITE)
    label = element("text", step.label, x=(_SUITE + _ENDPOINT) / 2, y=y - 5, text_anchor="middle")
    when = element("text", f"+{step.ms:.0f} ms", x=_ENDPOINT + 12, y=y + 4, class_="when")
    if step.kind == "silence":
        line = element("line", x1=start, y1=y, x2=end, y2=y, class_="nothing")
        return element("g", line + label + when, class_=step.kind)
    tip = 8.0 if end > start else -8.0
    back = f"{end - tip:.0f}"
    head = element("path", d=f"M{back} {y - 4:.1f}L{end:.0f} {y:.1f}L{back} {y + 4:.1f}", class_="tip")
    line = element("line", x1=start, y1=y, x2=end, y2=y)
    return element("g", line + head + label + when, class_=step.kind)
