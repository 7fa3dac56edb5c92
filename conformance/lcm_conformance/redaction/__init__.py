"""Personal data and secrets, kept out of everything that the suite writes or prints.

Whoever writes a file or a line asks a `Redactor`; nothing here writes anything itself.
"""

from lcm_conformance.redaction.redactor import Redactor

__all__ = ["Redactor"]
