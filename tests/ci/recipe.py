# recipe.py: recipe.py FILE: holds a CI recipe to the keys that its service knows, and prints the command that it runs.
# SPDX-License-Identifier: Apache-2.0
# GitHub: docs.github.com/actions/reference/workflow-syntax-for-github-actions; GitLab: docs.gitlab.com/ee/ci/yaml and
# .../ci/yaml/artifacts_reports (artifacts:reports:junit). Only the keys of these pages that the recipes may use.
import sys
import yaml


def keys(where, mapping, known):
    assert isinstance(mapping, dict), f"{where} is no mapping"
    assert set(mapping) <= known, f"{where}: unknown keys {set(mapping) - known}"


def github(recipe):
    keys("workflow", recipe, {"name", True, "permissions", "jobs"})  # YAML 1.1 reads the key `on` as true
    assert recipe[True] == "pull_request"
    commands = []
    for name, job in recipe["jobs"].items():
        keys(name, job, {"runs-on", "timeout-minutes", "steps"})
        for step in job["steps"]:
            keys("step", step, {"name", "uses", "with", "env", "run", "if"})
            assert ("uses" in step) != ("run" in step), "a step uses an action or runs a command"
            if "run" in step:
                assert step["env"]["BASE"] == "${{ github.event.pull_request.base.sha }}"
                assert "${{" not in step["run"], "an expression in a script is what an author's branch name can break into"
                commands.append(step["run"])
        checkout, upload = job["steps"][0], job["steps"][-1]
        assert checkout["uses"].startswith("actions/checkout@") and checkout["with"]["fetch-depth"] == 0
        assert upload["uses"].startswith("actions/upload-artifact@") and upload["if"] == "always()"
        assert upload["with"]["path"] == "gate/"
    return commands


def gitlab(recipe):
    commands = []
    for name, job in recipe.items():
        keys(name, job, {"image", "rules", "variables", "before_script", "script", "allow_failure", "artifacts"})
        keys("artifacts", job["artifacts"], {"when", "paths", "reports"})
        assert job["artifacts"]["when"] == "always" and job["artifacts"]["paths"] == ["gate/"]
        assert job["artifacts"]["reports"] == {"junit": "gate/junit.xml"}
        assert job["allow_failure"] == {"exit_codes": [5]}
        assert job["variables"]["GIT_DEPTH"] == "0" and all(isinstance(v, str) for v in job["variables"].values())
        commands += job["script"]
    return commands


with open(sys.argv[1], encoding="utf-8") as file:
    recipe = yaml.safe_load(file)
command, = (github if "jobs" in recipe else gitlab)(recipe)
print(command)
