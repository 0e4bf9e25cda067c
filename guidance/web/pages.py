"""Pages that need no sign-in and are the same for everyone: rendered once per process and language.

Home, guides, Ready, offline page and the empty forms go through `public_page`; they never look at a cookie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, render_template

from guidance.web import compress, locale

HTML = "text/html; charset=utf-8"


def public_page(
    template: str,
    *key: str,
    vary: tuple[str, ...] = (),
    effort: int = compress.QUICK,
    context: Callable[[], Mapping[str, object]],
) -> Response:
    """Answer with a page; `key` tells pages of one template apart. `context` is asked once per key and language."""
    shelf = (template, locale.current(), *key)
    page = compress.kept(shelf)
    if page is None:
        page = compress.keep(shelf, compress.body(render_template(template, **context()).encode(), HTML, effort))
    return compress.answer(page, vary)
