"""The run as a picture: one lane an agent over time, its sessions, requests, answers and silences. Pure.

Of very many requests only those for which `shown` says so are links; the others are strokes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from markupsafe import Markup

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.record.asked import asked_in_words
from lcm_conformance.record.transcript import Exchange, Kind, Recording
from lcm_conformance.report.svg import element, joined, picture

_LEFT, _RIGHT, _ROW, _TOP = 84.0, 1190.0, 44.0, 26.0
_WIDTH = 1200.0
_TICKS = 8


@dataclass(frozen=True)
class Scale:
    """Seconds of the recording's clock to places in the picture."""

    start: float
    end: float

    def x(self, clock: float) -> float:
        span = max(self.end - self.start, 0.001)
        return _LEFT + (_RIGHT - _LEFT) * (clock - self.start) / span


def lanes_picture(recording: Recording, failing: Collection[str], shown: Callable[[str], bool]) -> Markup:
    """The picture; nothing where nothing happened. `failing` are the exchanges of findings."""
    clocks = [event.clock for event in recording.events] + [x.ended for x in recording.exchanges]
    if not clocks:
        return Markup("")
    scale = Scale(min(clocks), max(clocks))
    agents = list(dict.fromkeys(event.agent for event in recording.events))
    rows = {agent: _TOP + _ROW * number for number, agent in enumerate(agents)}
    height = _TOP + _ROW * len(rows) + 22
    parts = [
        *(element("text", agent, x=4.0, y=y + 24, class_="agent") for agent, y in rows.items()),
        *_sessions(recording, rows, scale),
        *_silences(recording, rows, scale),
        *_requests(recording, rows, scale, failing, shown),
        *_axis(scale, height),
    ]
    title = f"The run over time: {len(recording.exchanges) + recording.folded.count} requests of {len(rows)} agents"
    return picture(_WIDTH, height, title, joined(parts), "lanes")


def _sessions(recording: Recording, rows: dict[str, float], scale: Scale) -> list[Markup]:
    spans: dict[str, tuple[str, float, float]] = {}
    for event in recording.events:
        agent, start, _ = spans.get(event.session, (event.agent, event.clock, event.clock))
        spans[event.session] = (agent, start, event.clock)
    return [
        element(
            "rect", x=scale.x(start), y=rows[agent] + 6, width=max(scale.x(end) - scale.x(start), 1.0), height=28.0,
            rx=3.0, class_="session",
        )
        for agent, start, end in spans.values()
    ]  # fmt: skip


def _silences(recording: Recording, rows: dict[str, float], scale: Scale) -> list[Markup]:
    agents = {event.session: event.agent for event in recording.events}
    hatch = [
        _hatch(scale.x(silence.start), scale.x(silence.end), rows[agents[silence.session]] + 6)
        for silence in recording.silences
        if silence.session in agents
    ]
    return [element("path", d="".join(hatch), class_="silence")]


def _hatch(left: float, right: float, top: float) -> str:
    """Slanted strokes over a box 28 high."""
    strokes, x = [], left
    while x < right:
        strokes.append(f"M{x:.1f} {top + 28:.0f}L{min(x + 7, right):.1f} {top:.0f}")
        x += 6
    return "".join(strokes)


def _requests(
    recording: Recording, rows: dict[str, float], scale: Scale, failing: Collection[str], shown: Callable[[str], bool]
) -> list[Markup]:
    sent: dict[str, list[str]] = {"proper": [], "improper": [], "failing": []}
    answers, links = [], []
    for exchange in recording.exchanges:
        y, x = rows.get(exchange.agent), scale.x(exchange.sent)
        if y is None:
            continue
        kind = "failing" if exchange.id in failing else _kind(exchange)
        sent[kind].append(f"M{x:.1f} {y + (2 if kind == 'failing' else 6):.0f}V{y + 20:.0f}")
        came = [event for event in exchange.received if event.kind is Kind.RECEIVED]
        answers += [f"M{scale.x(event.clock):.1f} {y + 20:.0f}V{y + 34:.0f}" for event in came[:3]]
        if shown(exchange.id):
            links.append(_link(exchange, x, y))
    for agent, begun, answered in recording.folded.samples:
        if (y := rows.get(agent)) is not None:
            sent["proper"].append(f"M{scale.x(begun):.1f} {y + 6:.0f}V{y + 20:.0f}")
            answers.append(f"M{scale.x(answered):.1f} {y + 20:.0f}V{y + 34:.0f}")
    strokes = [element("path", d="".join(path), class_=kind) for kind, path in sent.items()]
    return [element("path", d="".join(answers), class_="answer"), *strokes, *links]


def _kind(exchange: Exchange) -> str:
    return "proper" if exchange.part in {Part.DUE, Part.CONTROL, Part.REVIVAL} else "improper"


def _link(exchange: Exchange, x: float, y: float) -> Markup:
    said = f"{exchange.id}: {asked_in_words(exchange)}"
    target = element("rect", x=x - 2, y=y + 2, width=4.0, height=34.0, class_="target")
    # Some thousand links would stand between two stops of the Tab key: the table below has them for keyboards.
    return element("a", element("title", said) + target, href=f"#{exchange.id}", tabindex=-1, aria_label=said)


def _axis(scale: Scale, height: float) -> list[Markup]:
    span = scale.end - scale.start
    return [
        element("text", f"{span * n / _TICKS:.1f} s", x=scale.x(scale.start + span * n / _TICKS), y=height - 6,
                text_anchor="end" if n == _TICKS else "middle", class_="tick")
        for n in range(_TICKS + 1)
    ]  # fmt: skip
