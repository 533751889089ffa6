# Calls the hook of PEP 517 that prepares the metadata of a wheel, and build_wheel for a backend that does not have it.
# Arguments: the directory for the result, the backend, and the directories of its backend-path.
import importlib
import os
import sys

folder, backend, *paths = sys.argv[1:]
# The directory of this program is not part of the environment. The project's own is not on the path either.
sys.path[:1] = [os.path.abspath(path) for path in paths]
sys.argv = [os.path.abspath("setup.py")]
# Backends print to standard output as they like.
os.dup2(2, 1)
module, _, attributes = backend.partition(":")
try:
    hooks = importlib.import_module(module)
    for attribute in filter(None, attributes.split(".")):
        hooks = getattr(hooks, attribute)
    prepare = getattr(hooks, "prepare_metadata_for_build_wheel", None)
    name = prepare(folder, {}) if prepare else hooks.build_wheel(folder, {})
except ModuleNotFoundError as error:
    sys.exit(f"there is no module {error.name}")
with open(os.path.join(folder, "result"), "w", encoding="utf-8") as file:
    file.write(name)
