"""The families of the `guidance` command."""
