"""Run folders: trained models on disk, and ready to use."""

from ruie_core.runs.run import Forecast, Run, load_run, pick_device

__all__ = ["Forecast", "Run", "load_run", "pick_device"]
