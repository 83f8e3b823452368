"""The README that lies beside a generated log: what it is, and its measured marginals."""

from typing import Final

from ruie_core.data.sample.settings import CLICK_RATES, SCENARIOS, SEARCH_SHARES, SampleConfig
from ruie_core.data.sample.tally import SampleSummary

_RATE_SOURCES: Final = (
    "KuaiSAR: clicks and non-clicks about 1 : 1",
    "KuaiRand, tab 2",
    "KuaiRand, tab 4",
    "KuaiRand, tab 1",
    "KuaiRand, tab 2",
)

_TOP_SHARES: Final = (0.118, 0.469)

_TEXT: Final = """\
SYNTHETIC data: every user, item, event and title here was made by a program; nobody was recorded.

# A generated log in KuaiSAR's official file format

{users:,} users, {items:,} items, {rec_rows:,} rows in the recommendation log, {src_rows:,} in the
search log, {clicks:,} clicks in all. Clicks per user: least {q[0]}, median {q[1]}, 90th percentile
{q[2]}, 99th percentile {q[3]}, most {q[4]}. Made with

    {command}

The same command, version and libraries give the same bytes.

## Files

`rec_inter`, `src_inter`, `item_features`, `user_features`, `social_network`: the columns, units and
time zone (Beijing) of KuaiSAR (zenodo.org/records/8181109). Two differences:

- `caption` holds a readable title. KuaiSAR has lists of word ids there.
- The Chinese name columns of the categories repeat the English names. Topics are the second level;
  the third and fourth are empty.

KuaiSAR's documentation names one search source, `USER_INPUT`. The other three (`RELATED_SEARCH`,
`SEARCH_HISTORY`, `HOT_SEARCH`) are ours. The last two are rare on purpose: a tail of scenarios.
The search log has no likes, follows or forwards, as KuaiSAR's has none. All rows of a search
session bear the time of the session.

## The truth, in `truth/`

- `events.parquet`: for every row of both logs (`user_id`, `item_id`, `timestamp` are a key):
  `noise` (a stray click, or a row shown regardless of interest), `step` (the user's click number
  from 0; a row without a click has that of the next click), `phase` of interest, `regime` (which
  transition matrix chose the scenario), `distracted` (a visit with more stray clicks and less
  engagement).
- `interests.parquet`: each user's path of interest: per phase its first click, number of clicks
  and time, main and second category, and the weight of every category.
- `users.parquet`: clicks, the two user types (`searcher`, `explorer`), how readily they like.
- `parameters.json`: transition matrices (rows: from, columns: to) between consecutive clicks, by
  regime; click rate by scenario for rows that match the interest and for others; likes, follows
  and forwards per click; all settings.

`ruie_core.data.sample.truth` reads it: `load_truth`, and `noise_flags(dataset, truth)` for the
events of a prepared dataset.

## How it works

1. An interest is a main category ({main:.0%} of the clicks), a companion ({second:.0%}) and the
   user's long-term tastes. It lasts {phase:g} clicks on average, then another takes its place.
2. The scenario of the next click follows a Markov chain. {explorers:.0%} of the users answer a
   change of interest with four to eight clicks of exploration, mostly in search; the feed keeps
   showing the old interest and follows with a lag. With the others the feed learns by itself.
3. Within a category items form a series; a click goes on one to four places further (the popular
   places first) with probability {chain:g}, else it enters the category anew by popularity.
4. Popularity is Zipf-like with exponent {zipf:g} and a flattened head (Zipf–Mandelbrot).
5. {noise:.0%} of the clicks are stray: the item is drawn by popularity alone, likes and follows are
   {stray:g} times as frequent, and the next click goes on as if nothing had happened. They are
   commoner in distracted visits and trending searches, rarer in typed ones.
6. Engagement depends on match, category, freshness of the interest, attention and the user.

## Marginals

Set to public figures (KuaiSAR's documentation; KuaiRand-27K and KuaiRand-Pure) and measured here:

| what | public | here |
|---|---|---|
{table}

Search rows are split over the four sources as KuaiRand's tabs 0, 4, 2 and 6 are. KuaiSAR publishes
no click rates by source: those of KuaiRand's tabs stand in for them, by our choice. Not matched:
the length of histories (KuaiSAR's are longer), the number of items and their types, the graph of
followers.

Stray share of the clicks: {noise_share:.3f} ({by_scenario}).

## Licence

That of this project (Apache-2.0). No third-party data or text is contained.
"""


def readme(config: SampleConfig, summary: SampleSummary, shares: tuple[float, float]) -> str:
    """Return the text; its figures are those of this very log.

    Args:
        config: settings of the log.
        summary: what was counted while it was written.
        shares: main and second share of an interest.
    """
    return _TEXT.format(
        users=summary.users,
        items=summary.items,
        rec_rows=summary.rec_rows,
        src_rows=summary.src_rows,
        clicks=summary.clicks,
        q=summary.click_quantiles,
        command=_command(config, summary),
        main=shares[0],
        second=shares[1],
        phase=config.phase_clicks,
        explorers=config.explorers,
        chain=config.chain,
        zipf=config.popularity_exponent,
        noise=config.noise,
        stray=config.stray_engagement,
        table="\n".join(_rows(summary)),
        noise_share=summary.noise_share,
        by_scenario=", ".join(f"{k} {v:.2f}" for k, v in summary.stray_shares.items()),
    )


def _command(config: SampleConfig, summary: SampleSummary) -> str:
    defaults = SampleConfig()
    words = [f"ruie sample --out {summary.path.name}"]
    for name in SampleConfig.model_fields:
        value = getattr(config, name)
        if value != getattr(defaults, name):
            flag = name.replace("_", "-")
            words.append(
                f"--{'' if value else 'no-'}{flag}"
                if isinstance(value, bool)
                else f"--{flag} {value}"
            )
    return " ".join(words)


def _rows(summary: SampleSummary) -> list[str]:
    total = summary.rec_rows + summary.src_rows
    rows = [
        ("share of recommendation rows", "0.743 (KuaiSAR)", summary.rec_rows / total),
        ("search sessions with a click", "0.60 (KuaiSAR)", summary.sessions_with_click),
    ]
    for name, share in zip(SCENARIOS[1:], SEARCH_SHARES, strict=True):
        here = summary.rows[name] / summary.src_rows
        rows.append((f"share of search rows, {name}", f"{share:.3f} (KuaiRand tabs)", here))
    for name, rate, source in zip(SCENARIOS, CLICK_RATES, _RATE_SOURCES, strict=True):
        rows.append((f"click rate, {name}", f"{rate:.3f} ({source})", summary.click_rates[name]))
    for name, share, here in zip(("1 %", "10 %"), _TOP_SHARES, summary.top_shares, strict=True):
        what = f"share of clicks on the top {name} of items with 5 clicks or more"
        rows.append((what, f"{share:.3f} (KuaiRand-Pure)", here))
    rates = {"like": 0.039, "follow": 0.003, "forward": 0.002}
    for name, rate in rates.items():
        here = summary.action_rates[name]
        rows.append((f"{name} per click in the feed", f"{rate:.3f} (KuaiRand-Pure)", here))
    return [f"| {what} | {public} | {here:.3f} |" for what, public, here in rows]
