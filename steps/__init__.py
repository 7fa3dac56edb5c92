"""The vocabulary of the features: one module a noun of the domain, 30 sentences at most."""
