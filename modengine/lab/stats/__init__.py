"""Figures of a decided corpus, each with its uncertainty."""
