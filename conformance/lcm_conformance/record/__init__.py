"""What was said on the wire, immutable: events, exchanges, JSON text, packets, and which message is the reply."""
