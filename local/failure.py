"""What stops a local run."""


class RunFailed(Exception):
    """The run cannot start or go on. The message is one line for the operator: what is wrong, and what to do."""
