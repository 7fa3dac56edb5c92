"""The few shapes that the pictures of a report are made of, as escaped SVG text. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def element(tag: str, content: Markup | str = "", /, **attributes: object) -> Markup:
    """One element; `class_` is written `class`, other underscores as hyphens, None is left out."""
    written = "".join(
        f' {escape(name.rstrip("_").replace("_", "-"))}="{escape(_number(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{written}>{escape(content)}</{tag}>")  # noqa: S704  all of it is escaped


def joined(parts: Iterable[Markup]) -> Markup:
    """Elements one after the other."""
    return Markup("").join(parts)


def picture(width: float, height: float, title: str, content: Markup, class_: str) -> Markup:
    """A picture with a name, as wide as there is room."""
    box = f"0 0 {_number(width)} {_number(height)}"
    named = element("title", title) + content
    # Links within stay reachable: a role of img would hide them.
    return element("svg", named, viewBox=box, class_=class_, role="group", aria_label=title)


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
