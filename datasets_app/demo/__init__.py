"""The demo's street scenes: drawn, not downloaded. No Django in here."""
