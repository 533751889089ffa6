#!/usr/bin/env python3
"""Runs the commands of the workflows in examples/ci on a repository with the example, without their runners.

    workflow.py github|gitlab FILE REPOSITORY WORK

The commands are those of the file, with its variables and its order of jobs; checkouts, artifacts and interpreters, which
the service provides, are made here. Steps that install pycompile are left out. The exit status is that of the first job that fails.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import yaml


def shell(script, directory, environment):
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=directory, env={**os.environ, **environment})
    if done.returncode:
        sys.exit(done.returncode)


def github(jobs, repository, work):
    artifacts = work / "artifacts"
    for name, job in jobs.items():
        entries = job.get("strategy", {}).get("matrix", {}).get("include", [{}])
        for index, entry in enumerate(entries):
            workspace = work / f"{name}-{index}"
            workspace.mkdir(parents=True)

            def filled(value):
                # The install step, which is not run, is what needs the variable.
                known = {**{f"matrix.{key}": text for key, text in entry.items()}, "strategy.job-index": index,
                         "vars.PYCOMPILE_WHEEL": ""}
                return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: str(known[found[1]]), value)

            for step in job["steps"]:
                used = step.get("uses", "").partition("@")[0]
                options = {key: filled(str(value)) for key, value in step.get("with", {}).items()}
                if step.get("if") == "failure()" or step.get("name") == "install" or used == "actions/setup-python":
                    continue
                if used == "actions/checkout":
                    subprocess.run(["git", "clone", "-q", repository, workspace / options["path"]], check=True)
                elif used == "actions/upload-artifact":
                    shutil.copytree(workspace / options["path"], artifacts / options["name"])
                elif used == "actions/download-artifact":
                    shutil.copytree(artifacts, workspace, dirs_exist_ok=True)
                elif used:
                    sys.exit(f"what does {used} do?")
                else:
                    environment = {key: filled(value) for key, value in job.get("env", {}).items()}
                    directory = workspace / filled(step.get("working-directory", "."))
                    shell(filled(step["run"]), directory, environment)


def gitlab(document, repository, work):
    jobs = {name: job for name, job in document.items() if isinstance(job, dict) and "script" in job or "extends" in job}
    for stage in document["stages"]:
        for name, job in jobs.items():
            base = document.get(job.get("extends"), {})
            job = {**base, **job}
            if name.startswith(".") or job["stage"] != stage:
                continue
            project = work / name
            subprocess.run(["git", "clone", "-q", repository, project], check=True)
            if (work / "artifacts").exists():
                shutil.copytree(work / "artifacts", project, dirs_exist_ok=True)
            environment = {**job.get("variables", {}), "CI_JOB_NAME": name}
            shell("\n".join(job["script"]), project, environment)
            artifacts = job["artifacts"]
            if artifacts.get("when") != "on_failure":
                for path in artifacts["paths"]:
                    shutil.copytree(project / path, work / "artifacts" / path, dirs_exist_ok=True)


def main():
    service, file, repository, work = sys.argv[1:]
    document = yaml.safe_load(pathlib.Path(file).read_text(encoding="utf-8"))
    work = pathlib.Path(work).resolve()
    if service == "github":
        github(document["jobs"], os.path.abspath(repository), work)
    else:
        gitlab(document, os.path.abspath(repository), work)


main()
