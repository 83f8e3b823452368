"""Losses, targets and gates as pure functions of tensors. No models here."""
