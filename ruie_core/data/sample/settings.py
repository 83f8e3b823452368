"""Settings of a generated log, and the constants of the world it describes."""

from typing import Final, Self

from pydantic import Field, model_validator

from ruie_core.config import Settings

SCENARIOS: Final = (
    "RECOMMENDATION",
    "USER_INPUT",
    "RELATED_SEARCH",
    "SEARCH_HISTORY",
    "HOT_SEARCH",
)
"""The recommendation log, then the search sources (``search_source`` of src_inter.csv)."""

FEED: Final = 0
USER_INPUT: Final = 1
HISTORY: Final = 3

SEARCH_SHARES: Final = (0.617, 0.237, 0.097, 0.049)
"""Share of search rows per source: KuaiRand's tabs 0, 4, 2 and 6 (.198, .076, .031, .016)."""

CLICK_RATES: Final = (0.5, 0.424, 0.544, 0.444, 0.424)
"""Clicks per row and scenario: KuaiSAR's 1:1 for the feed; KuaiRand's tabs 2, 4, 1 and 2."""

REGIMES: Final = ("settled, feed first", "settled, searcher", "exploring")
"""Which transition matrix holds: two types of users, and the time after a change of interest."""

START_MS: Final = 1_684_684_800_000
"""22 May 2023, 00:00 in Beijing: KuaiSAR's first day, ms since epoch."""

DAYS: Final = 20
"""Length of the log, in days, as KuaiSAR's."""


class SampleConfig(Settings):
    """What the generated log looks like."""

    users: int = Field(2_000, ge=20, description="Users.")
    items: int = Field(1_500, ge=336, description="Items of the catalogue.")
    rec_events: int = Field(77_000, ge=200, description="Expected rows of rec_inter.csv.")
    search_events: int = Field(26_600, ge=100, description="Expected rows of src_inter.csv.")
    length_spread: float = Field(
        0.8, ge=0, le=2, description="Standard deviation of the log of the clicks per user."
    )
    phase_clicks: float = Field(
        16.0, ge=7, description="Mean length of a phase of interest, in clicks."
    )
    explorers: float = Field(
        0.65, ge=0, le=1, description="Share of users who search when their interest changes."
    )
    noise: float = Field(0.15, ge=0, le=0.8, description="Share of clicks that are stray.")
    noise_clumping: float = Field(
        1.8, ge=0, le=5, description="Log-odds by which a distracted visit raises stray clicks."
    )
    chain: float = Field(
        0.75, ge=0, lt=1, description="Probability that a click continues its category's series."
    )
    popularity_exponent: float = Field(
        1.5, ge=0, le=3, description="Exponent of item popularity (Zipf–Mandelbrot)."
    )
    like_rate: float = Field(0.039, ge=0, le=0.3, description="Likes per click in the feed.")
    follow_rate: float = Field(0.003, ge=0, le=0.3, description="Follows per click in the feed.")
    forward_rate: float = Field(0.002, ge=0, le=0.3, description="Forwards per click in the feed.")
    stray_engagement: float = Field(
        0.1, ge=0, le=1, description="Likes, follows, forwards of a stray click relative to others."
    )
    gzip: bool = Field(True, description="Compress the CSV files (.csv.gz).")
    chunk_rows: int = Field(
        1_000_000, ge=1_000, description="Expected rows generated and written at a time."
    )
    seed: int = Field(1, ge=0, description="Seed of everything.")

    @model_validator(mode="after")
    def _enough_clicks(self) -> Self:
        if self.clicks < 3 * self.users:
            raise ValueError(
                f"{self.rec_events} + {self.search_events} rows give {self.clicks} clicks, under "
                f"three for each of {self.users} users"
            )
        return self

    @property
    def clicks(self) -> int:
        """Expected clicks of the whole log."""
        search = sum(s * r for s, r in zip(SEARCH_SHARES, CLICK_RATES[1:], strict=True))
        return round(self.rec_events * CLICK_RATES[FEED] + self.search_events * search)

    @property
    def click_shares(self) -> tuple[float, ...]:
        """Expected share of the clicks per scenario, in the order of ``SCENARIOS``."""
        rows = [float(self.rec_events), *(self.search_events * s for s in SEARCH_SHARES)]
        clicks = [n * rate for n, rate in zip(rows, CLICK_RATES, strict=True)]
        return tuple(n / sum(clicks) for n in clicks)
