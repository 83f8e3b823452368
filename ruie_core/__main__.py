"""``python -m ruie_core`` is the ``ruie`` command (``torchrun -m ruie_core train …``)."""

from ruie_core.cli import main

if __name__ == "__main__":
    main()
