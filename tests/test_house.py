"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

import ruie_core
from ruie_core.config import RunConfig

REPOSITORY = Path(__file__).resolve().parents[1]
FILE_LINES, VIEW_LINES = 300, 100
TRACKED_BYTES = 10_000_000
ABSOLUTE = re.compile(r"(/(home|root|work|tmp|Users|usr|opt|mnt|srv|var)/|[A-Za-z]:\\)\w")
PICKLES = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@pytest.mark.parametrize("path", sources("ruie_core", "app", "tests"), ids=shown)
def test_a_file_is_short(path: Path) -> None:
    limit = VIEW_LINES if path.parent == REPOSITORY / "app" / "views" else FILE_LINES
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines < limit, f"{shown(path)}: split it"


@pytest.mark.parametrize("path", sources("ruie_core", "app"), ids=shown)
def test_a_package_file_names_no_place_and_reads_no_pickle(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not ABSOLUTE.match(node.value), f"line {node.lineno}: an absolute path"
        if isinstance(node, ast.Import | ast.ImportFrom):
            named = [alias.name for alias in node.names]
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else named
            assert not {name.split(".")[0] for name in modules} & PICKLES, f"line {node.lineno}"
        if isinstance(node, ast.Attribute) and node.attr in {"load", "save"}:
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            assert owner != "torch", f"line {node.lineno}: torch.{node.attr} is a pickle"


def figure_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions of ``ruie_core.figures`` from a frame to a figure."""
    for path in sources("ruie_core/figures"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                given = ast.unparse(node.args)
                if "DataFrame" in given and ast.unparse(node.returns or node).endswith("Figure"):
                    yield f"{path.stem}.{node.name}", node


def test_figure_functions_can_be_tried_in_a_notebook() -> None:
    found = dict(figure_functions())
    assert len(found) >= 30, "nothing is looked at"
    bare = [name for name, node in found.items() if ">>> " not in (ast.get_docstring(node) or "")]
    assert not bare, "give each an example that a doctest runs"
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    tests = tomllib.loads(text)["tool"]["pytest"]["ini_options"]
    assert "--doctest-modules" in tests["addopts"]
    assert "ruie_core" in tests["testpaths"]


def test_there_is_one_version() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == ruie_core.__version__
    assert f"## [{ruie_core.__version__}]" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")


def test_constraints_pin_every_direct_dependency_inside_its_range() -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    pins: dict[str, str] = {}
    for line in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(r"[\w.-]+==[\w.]+", line), f"{line}: pin name==version, no more"
            name, version = line.split("==")
            pins[canonicalize_name(name)] = version
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    for text in [*project["dependencies"], *(line for extra in extras for line in extra)]:
        wanted = Requirement(text)
        if wanted.name == project["name"]:  # an extra that takes in another
            assert wanted.extras <= project["optional-dependencies"].keys()
            continue
        assert pins[canonicalize_name(wanted.name)] in wanted.specifier, text
    assert pins["torch"] == "2.13.0"


def settings(kind: type[BaseModel], path: str) -> Iterator[tuple[str, str | None]]:
    for name, field in kind.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings(inner, f"{path}{name}.")
        else:
            yield f"{path}{name}", field.description


@pytest.mark.parametrize(("name", "description"), [*settings(RunConfig, "")])
def test_a_setting_says_what_it_is(name: str, description: str | None) -> None:
    assert description, f"{name} has no description"
    assert description.endswith("."), f"{name}: a description is a sentence"


def test_the_app_listens_here_and_asks_nothing() -> None:
    """Streamlit would ask for an e-mail address in the terminal at its first start."""
    text = (REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    config = tomllib.loads(text)
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"].get("showEmailPrompt") is False, "set server.showEmailPrompt = false"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["enableXsrfProtection"] is config["server"]["enableCORS"] is True
    assert config["server"]["maxUploadSize"] <= 500, "an upload is held in memory"
    assert config["client"]["showErrorDetails"] == "none"


def test_no_large_file_is_tracked() -> None:
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-C", str(REPOSITORY), "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    files = [REPOSITORY / name for name in listed.split("\0") if name]
    large = [shown(f) for f in files if f.is_file() and f.stat().st_size > TRACKED_BYTES]
    assert not large


def run_python(code: str) -> str:
    """What code prints in a fresh interpreter (Streamlit warns on stderr outside its server)."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_ruie_core_is_free() -> None:
    heavy = "{'torch', 'umap', 'numba', 'ibis', 'duckdb', 'pandas', 'plotly', 'streamlit'}"
    assert run_python(f"import sys, ruie_core; print({heavy} & set(sys.modules))") == "set()"


IMPORT_ALL = """
import importlib, sys, threading
for name in {names}:
    importlib.import_module(name)
assert threading.active_count() == 1, threading.enumerate()
assert not {banned} & set(sys.modules), {banned} & set(sys.modules)
"""


def modules(package: str) -> list[str]:
    paths = [path.relative_to(REPOSITORY).with_suffix("") for path in sources(package)]
    names = [".".join(path.parts).removesuffix(".__init__") for path in paths]
    return [name for name in names if name not in {"ruie_core.__main__", "app.main"}]


def test_importing_all_of_ruie_core_does_nothing() -> None:
    banned = {"umap", "numba", "streamlit"}
    assert run_python(IMPORT_ALL.format(names=modules("ruie_core"), banned=banned)) == ""


def test_importing_the_app_loads_no_model_and_no_umap() -> None:
    banned = {"torch", "umap", "numba", "ibis", "sklearn"}
    assert run_python(IMPORT_ALL.format(names=modules("app"), banned=banned)) == ""
