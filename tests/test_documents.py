"""What README and EXPERIMENTS.md quote is what the committed tables say."""

import shutil
from pathlib import Path

import pytest

from ruie_core.experiments.documents import DOCUMENTS, rewrite_documents

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_quotes_the_committed_tables(name: str, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "experiments", tmp_path / "experiments")
    shutil.copy(REPOSITORY / name, tmp_path / name)
    assert "<!-- experiment:" in (tmp_path / name).read_text(encoding="utf-8")
    assert rewrite_documents(tmp_path / "experiments") == []
