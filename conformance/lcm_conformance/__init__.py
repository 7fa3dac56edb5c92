"""Contract and conformance suite for the Campaign Manager call GetReservedContactOD.

What may be imported from here is loaded when it is first asked for, since pytest loads the plugin, and so this
module, in every session. Nothing inside the package imports from here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lcm_conformance.catalogue.verdict import Finding, UsageError
    from lcm_conformance.endpoint.embedded import EmbeddedEndpoint
    from lcm_conformance.run.library import Judged, judge_recording, judge_reply
    from lcm_conformance.version import VERSION as __version__  # noqa: N811  the name that others look for

__all__ = ["EmbeddedEndpoint", "Finding", "Judged", "UsageError", "__version__", "judge_recording", "judge_reply"]

_HOMES = {
    "EmbeddedEndpoint": ("lcm_conformance.endpoint.embedded", "EmbeddedEndpoint"),
    **{name: ("lcm_conformance.catalogue.verdict", name) for name in ("Finding", "UsageError")},
    "__version__": ("lcm_conformance.version", "VERSION"),
    **{name: ("lcm_conformance.run.library", name) for name in ("Judged", "judge_recording", "judge_reply")},
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    value = globals()[name] = getattr(import_module(module), attribute)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
