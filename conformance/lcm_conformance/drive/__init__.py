"""Asks an endpoint what the selected scenarios need, and writes down all that comes. Judges nothing."""
