"""How long due replies took, as a plot: each a dot over the run, with median and 95th percentile. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from lcm_conformance.catalogue.probes import Part
from lcm_conformance.judge.result import Latency
from lcm_conformance.record.reply import reply_to
from lcm_conformance.record.transcript import Recording
from lcm_conformance.report.svg import element, joined, picture

_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 1080.0, 14.0, 150.0
_WIDTH, _HEIGHT = 1200.0, 176.0
MOST = 2_000

Point = tuple[float, float]


def points(recording: Recording) -> list[Point]:
    """When each due request was sent (seconds into the run) and how long its reply took (ms); of many every nth."""
    due = [x for x in recording.exchanges if x.part in {Part.DUE, Part.CONTROL}]
    every = max(1, -(-len(due) // MOST))
    first = min((event.clock for event in recording.events), default=0.0)
    found = [(x, reply_to(x)) for x in due[::every]]
    folded = recording.folded.samples[:: max(1, -(-len(recording.folded.samples) // MOST))]
    return [(x.sent - first, (reply.event.clock - x.sent) * 1000) for x, reply in found if reply is not None] + [
        (sent - first, (came - sent) * 1000) for _, sent, came in folded
    ]


def latency_plot(times: Sequence[Point], latency: Latency) -> Markup:
    """The plot; nothing where no reply came."""
    if not times or not latency.count:
        return Markup("")
    last, top = max(x for x, _ in times) or 1.0, max(latency.max_ms, *(ms for _, ms in times)) or 1.0

    def place(x: float, ms: float) -> Point:
        return _LEFT + (_RIGHT - _LEFT) * x / last, _BOTTOM - (_BOTTOM - _TOP) * ms / top

    dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in (place(*point) for point in times))
    parts = [
        element("line", x1=_LEFT, y1=_BOTTOM, x2=_RIGHT, y2=_BOTTOM, class_="axis"),
        element("path", d=dots, class_="dots"),
        _level(place(0, latency.p50_ms)[1], f"median {latency.p50_ms:.1f} ms", "p50"),
        _level(place(0, latency.p95_ms)[1], f"95 % {latency.p95_ms:.1f} ms", "p95"),
        element("text", f"{top:.0f} ms", x=_LEFT - 8, y=_TOP + 6, text_anchor="end", class_="tick"),
        element("text", "0", x=_LEFT - 8, y=_BOTTOM + 4, text_anchor="end", class_="tick"),
        element("text", f"{last:.0f} s into the run", x=_RIGHT, y=_HEIGHT - 6, text_anchor="end", class_="tick"),
    ]
    said = f"Latency of {latency.count} due replies: median {latency.p50_ms:.1f} ms, longest {latency.max_ms:.1f} ms"
    return picture(_WIDTH, _HEIGHT, said, joined(parts), "latency")


def _level(y: float, text: str, class_: str) -> Markup:
    shift = 4 if class_ == "p50" else -4  # so that two levels close together can both be read
    line = element("line", x1=_LEFT, y1=y, x2=_RIGHT, y2=y)
    return element("g", line + element("text", text, x=_RIGHT + 6, y=y + 4 + shift), class_=class_)
