"""`python -m guidance` is the `guidance` command."""

from guidance.cli import main

main()
