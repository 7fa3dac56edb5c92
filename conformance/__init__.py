"""Contract and conformance suite for the Campaign Manager call GetReservedContactOD."""

__version__ = "0.1.0"
