"""One run from options to files, for whoever executes the scenarios; and the selftest."""
