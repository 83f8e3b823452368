"""Documents are filled from the committed tables: all of them or none."""

import pytest

from ruie_core.errors import UserError
from ruie_core.experiments.documents import rewrite_documents
from tests import fake_experiments as fake

BLOCK = "<!-- experiment:ablation dataset:fake -->\nold\n<!-- /experiment -->\n"


@pytest.fixture
def results(tmp_path):
    summary, runs = fake.read_summary("fake")
    folder = tmp_path / "experiments" / "fake"
    folder.mkdir(parents=True)
    summary.to_parquet(folder / "summary.parquet")
    runs.to_parquet(folder / "runs.parquet")
    return folder.parent


def test_only_what_changes_is_written(tmp_path, results):
    plain, quoting = tmp_path / "README.md", tmp_path / "EXPERIMENTS.md"
    plain.write_text("nothing to fill", encoding="utf-8")
    quoting.write_text(BLOCK, encoding="utf-8")
    assert rewrite_documents(results) == [quoting]
    text = quoting.read_text(encoding="utf-8")
    assert "old" not in text
    assert "| triplet |" in text
    assert rewrite_documents(results) == []


def test_no_documents_nothing_to_do(results):
    assert rewrite_documents(results) == []


def test_one_broken_document_leaves_all_as_they_were(tmp_path, results):
    good, broken = tmp_path / "README.md", tmp_path / "EXPERIMENTS.md"
    good.write_text(BLOCK, encoding="utf-8")
    broken.write_text(BLOCK.replace("ablation", "abaltion"), encoding="utf-8")
    with pytest.raises(UserError, match=r"EXPERIMENTS\.md: Line 1: there is no table 'abaltion'"):
        rewrite_documents(results)
    assert good.read_text(encoding="utf-8") == BLOCK
