"""Preparing the carriers' side: what an operator would otherwise click together by hand."""
