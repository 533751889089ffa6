"""`python -m pycompile` runs the program."""

import os
import subprocess
import sys

from ._program import ProgramError, find_program


def main() -> None:
    try:
        program = find_program()
    except ProgramError as error:
        sys.exit(f"error: {error}")
    if os.name == "nt":
        sys.exit(subprocess.run([program, *sys.argv[1:]], check=False).returncode)
    os.execv(program, [program, *sys.argv[1:]])


if __name__ == "__main__":
    main()
