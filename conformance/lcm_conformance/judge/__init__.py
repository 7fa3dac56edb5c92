"""From a recording to a result. Pure: no socket, no clock, no file, no pytest."""
