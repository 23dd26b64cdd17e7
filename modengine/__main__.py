"""`python -m modengine`."""

from modengine.cli.main import main

if __name__ == "__main__":
    main()
