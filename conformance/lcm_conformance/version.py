"""The version of the suite, for whoever names it; the build reads it here."""

VERSION = "0.1.0"
