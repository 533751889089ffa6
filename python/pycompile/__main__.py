"""`python -m pycompile` runs the program."""

import os
import subprocess
import sys

from ._program import ProgramError, find_program


def main() -> None:
    try:
        program = find_program()
    except ProgramError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    try:
        if os.name == "nt":
            sys.exit(subprocess.run([program, *sys.argv[1:]], check=False).returncode)
        os.execv(program, [program, *sys.argv[1:]])
    except OSError as error:
        print(f"error: cannot run {program}: {error.strerror}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
