"""What is said of the models' first choices."""

import pandas as pd

from ruie_core.analysis.frames.beside import COLUMNS
from ruie_core.reporting.beside import choice_line, choice_rows


def choices(*rows: tuple[str, int | None, str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "model": model, "item_id": "i1", "title": None, "rank": rank, "items": 1_400,
                "split": split, "problem": problem,
            }
            for model, rank, split, problem in rows
        ],
        columns=list(COLUMNS),
    )  # fmt: skip


def test_the_nearest_model_is_named_with_its_ground() -> None:
    frame = choices(("a_b", 12, "test", None), ("popularity", 228, "test", None))
    assert choice_line(frame, 5, 9) == (
        "**a\\_b** put what came highest, at 12 of 1\u202f400 items; one held-out event, so a rank "
        "and not yet a comparison of models."
    )
    frame = choices(("a", 3, "train", None), ("b", 3, "train", None))
    assert choice_line(frame, 5, 9).startswith("**a** and **b** put what came highest, at 3 of")
    assert choice_line(frame, 5, 9).endswith("a training step, which all have seen (in-sample).")


def test_another_split_of_the_compared_run_is_said() -> None:
    frame = choices(("a", 3, "train", None), ("b", 30, "test", None))
    assert "a was trained on this step, the others were not" in choice_line(frame, 5, 9)


def test_what_cannot_be_compared_is_said() -> None:
    frame = choices(("a", 12, "test", None), ("b", None, None, "event"))
    assert choice_rows(frame)["first choice"].tolist() == ["i1", "has another event here"]
    assert choice_rows(frame)["what came"].tolist() == ["12", "–"]
    assert choice_line(frame, 5, 9).startswith("**a** put what came at 12 of")
    assert choice_line(choices(("a", None, "train", "step")), 5, 9).startswith("What came was not")
    assert choice_line(frame, 10, 9).startswith("Nothing has come yet")
