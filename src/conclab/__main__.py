"""`python -m conclab` is `conclab`."""

from conclab.cli import main

if __name__ == "__main__":
    main()
