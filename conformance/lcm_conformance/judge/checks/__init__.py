"""Pure questions about what was received: no socket, no clock, no pytest, no endpoint."""
