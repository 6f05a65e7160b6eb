"""Words only: model text to tokens to statements, with errors that point."""

from __future__ import annotations

from collective_use.syntax.model_text import ModelText, Statement, parse_model

__all__ = ["ModelText", "Statement", "parse_model"]
