"""``python -m ruie_core.report.draw FOLDER WIDTH``: each figure's JSON in a folder becomes a PNG.

A process of its own, so that a browser that hangs can be ended with all its children.
"""

import json
import sys
from pathlib import Path


def main(folder: Path, width: int) -> None:
    """Draw all figures of a folder in one browser, without MathJax, which lies on another host."""
    import kaleido

    specs = []
    for file in sorted(folder.glob("*.json")):
        figure = json.loads(file.read_text(encoding="utf-8"))
        height = int(figure["layout"].get("height", 400))
        options = {"format": "png", "width": width, "height": height, "scale": 2}
        specs.append({"fig": figure, "path": file.with_suffix(".png"), "opts": options})
    kaleido.write_fig_from_object_sync(specs, kopts={"mathjax": False})


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
