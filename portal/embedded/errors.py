"""What stops the portal from starting."""


class CannotStartError(Exception):
    """The message is one sentence for a person: what is wrong and what to do."""


class AlreadyRunningError(CannotStartError):
    """Another launcher holds the data folder."""
