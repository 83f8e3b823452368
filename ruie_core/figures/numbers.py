"""How numbers and names are written, in figures and in sentences alike."""

import html
import math

THIN = "\u202f"
"""Thin space between groups of three digits; it never breaks a line."""

MINUS = "\u2212"


def count(value: float) -> str:
    """Write a whole number with thin-space thousands.

    >>> count(1234567).replace(THIN, "_")
    '1_234_567'
    """
    return _signed(f"{round(value):,}".replace(",", THIN))


def number(value: float | None, digits: int = 2) -> str:
    """Write a number with fixed decimals; an absent one is a dash.

    >>> number(-0.1837, 3), number(None)
    ('−0.184', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:,.{digits}f}".replace(",", THIN)
    return _signed("0" + text[2:] if set(text) <= set("-0.") and text.startswith("-") else text)


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share of one as a percentage, with a thin space before the sign.

    >>> percent(0.1234).replace(THIN, "_")
    '12_%'
    """
    if share is None or not math.isfinite(share):
        return "–"
    return f"{number(100 * share, digits)}{THIN}%"


def interval(low: float | None, high: float | None, digits: int = 3) -> str:
    """Write an interval in words.

    >>> interval(0.161, 0.207)
    '0.161 to 0.207'
    """
    return f"{number(low, digits)} to {number(high, digits)}"


def signed(value: float | None, digits: int = 4) -> str:
    """Write a difference with its sign.

    >>> signed(0.00031), signed(-0.0012), signed(0.0)
    ('+0.0003', '−0.0012', '0.0000')
    """
    text = number(value, digits)
    return f"+{text}" if value is not None and value > 0 and set(text) - set("0.–") else text


def bracket(low: float | None, high: float | None, digits: int = 4) -> str:
    """Write the interval of an estimate behind it; where there is none it says so.

    >>> bracket(-0.0011, 0.0017), bracket(None, None)
    ('[−0.0011, 0.0017]', '[no interval]')
    """
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return "[no interval]"
    return f"[{number(low, digits)}, {number(high, digits)}]"


def p_value(p: float | None) -> str:
    """Write a p-value with two significant digits at most, and none below 0.001.

    >>> p_value(0.6149), p_value(0.0312), p_value(0.0004), p_value(None)
    ('p = 0.61', 'p = 0.031', 'p < 0.001', 'p unknown')
    """
    if p is None or not math.isfinite(p):
        return "p unknown"
    if p < 0.001:
        return "p < 0.001"
    return f"p = {number(p, 2 if p >= 0.1 else 3)}"


def plain(text: object) -> str:
    """Escape a name from the data for Plotly, which reads a little HTML.

    >>> plain("<b>R&B</b>")
    '&lt;b&gt;R&amp;B&lt;/b&gt;'
    """
    return html.escape(str(text), quote=False)


def short(text: object, limit: int = 22) -> str:
    """Cut a long name for an axis; the hover keeps the whole one.

    >>> short("a scenario with a very long name", 12)
    'a scenario…'
    """
    name = str(text)
    return name if len(name) <= limit else name[: limit - 1].rstrip() + "…"


def _signed(text: str) -> str:
    return text.replace("-", MINUS)
