"""The one error that a user is meant to read."""


class UserError(Exception):
    """A problem that the user can mend: one clear sentence of what, where, and what to do.

    The command line prints it and exits with code 2; the app shows the same sentence in place of
    a traceback. Anything that is not a ``UserError`` is a defect of ours and keeps its traceback.
    """
