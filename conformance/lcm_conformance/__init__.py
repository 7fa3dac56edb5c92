"""Contract and conformance suite for the Campaign Manager call GetReservedContactOD."""
