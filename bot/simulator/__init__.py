"""Talking to Rumbo without a carrier: real channels shape and parse, the real store keeps; only the wire is missing."""
