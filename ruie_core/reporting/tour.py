"""What the guided tour says."""

STEPS: tuple[tuple[str, str], ...] = (
    (
        "What this is",
        "How people's interest moves between scenarios (the feed, the search page, …), and whether "
        "a trained model notices. **Overview** answers first whether the model is worth looking "
        "at, and what should worry you. Every view answers one question, in the sentence under "
        "its title.",
    ),
    (
        "Find a person",
        "In **User**, type an id, or describe a behaviour such as `feed → search within 3 events`. "
        "*previous* and *next* walk through all who match; *pin* keeps one person beside the "
        "others. What you select goes along to the other views and stands at the side, each with "
        "a cross to let go of it.",
    ),
    (
        "Read the storyboard",
        "Time runs left to right, one row under another: colour is the scenario, shape is the "
        "action. Point anywhere to read all rows at one event, click to look at it, press **Z** "
        "and drag to zoom. "
        "**← →** step through the events, **P** plays them.",
    ),
    (
        "Moments that matter",
        "Beside the storyboard stand the moments that rules have found: a switch that was not "
        "expected, a gate that collapsed, a jump in Q, a shift of interest, a ranking that still "
        "serves the old one. Each has its evidence; a click goes there.",
    ),
    (
        "From one person to many",
        "**What if** edits a history and asks the model again. **Transitions**, **Scenarios** and "
        "**Gate and Q** show a cohort or everyone. **Embeddings** draws what the model takes to "
        "be alike, **Experiments** which part of it earns its place.",
    ),
    (
        "Trust, but check",
        "A figure stands beside its n, its interval and what is usual. Hollow marks are steps that "
        "the model was trained on. The **?** beside a heading explains its words, the **Glossary** "
        "at the side all of them. *Copy link* shares exactly what you see; CSV and HTML under a "
        "chart are its numbers and its picture.",
    ),
)
"""Title and text (Markdown) of every step."""
