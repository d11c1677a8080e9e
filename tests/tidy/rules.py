"""All rules of the tidy test: importing a module declares its rules."""

from tests.tidy import citations, determinism, docs, folders, sources, visibility  # noqa: F401
from tests.tidy.tidy import RULES  # noqa: F401
