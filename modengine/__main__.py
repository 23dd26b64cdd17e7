"""`python -m modengine`, and the command `modengine`."""

import signal


def main() -> None:
    """Until the command can say that it was stopped, a stop ends it without the words of an import."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from modengine.cli.main import main as command  # noqa: PLC0415

    command()


if __name__ == "__main__":
    main()
