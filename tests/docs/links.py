"""links.py ROOT: prints one line for each dead reference in the tree at ROOT; prints nothing where all are alive.

Checked are the relative links of Markdown pages, with the headings that they point to, and files of the tree that pages,
configs, scripts and C comments name, such as experiments/fit.py. Names with a placeholder in capitals are no files.
SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.M)
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
NAMED = re.compile(r"(?<![\w/.*-])((?:experiments|configs|docs|tests|kernels|harness|plots|cmake|results)/[\w./-]*"
                   r"\.(?:py|sh|yaml|yml|md|c|h|cc|gp|cmake|svg|supp))\b(?![*\w])")
PLACEHOLDER = re.compile(r"\b[A-Z]\b|[A-Z]{2,}")
TO_BE_MADE = {"kernels/attention/online.c"}  # the kernel that README.md shows
READ = {".md": "", ".yaml": "", ".yml": "", ".py": "experiments", ".c": "", ".h": "", ".cc": ""}  # ending: below which folder


def pages(root):
    """Paths below root of the files that are read: no builds, no results of runs; tests name files that they make."""
    for place, folders, names in os.walk(root):
        here = os.path.relpath(place, root)
        folders[:] = sorted(f for f in folders if not (f.startswith(("build", ".git", "__")) or here == "results" and "-20" in f)
                            and not (here == "." and f == "tests"))
        for name in sorted(names):
            path = os.path.normpath(os.path.join(here, name))
            below = READ.get(os.path.splitext(name)[1])
            if below is not None and path.startswith(below):
                yield path


def anchors(text):
    """The anchors of a page's headings, as GitHub and GitLab make them."""
    for heading in HEADING.findall(FENCE.sub("", text)):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def dead_links(root, path, text):
    for link in LINK.findall(FENCE.sub("", text)):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(root, os.path.dirname(path), name)) if name else os.path.join(root, path)
        if not os.path.exists(target):
            yield f"{path}: links to {link}, which is not there"
        elif anchor and target.endswith(".md"):
            with open(target, encoding="utf-8") as page:
                if anchor not in anchors(page.read()):
                    yield f"{path}: links to {link}, which has no such heading"


def dead_names(root, path, text):
    for name in sorted(set(NAMED.findall(text)) - TO_BE_MADE):
        if not PLACEHOLDER.search(name.replace("README", "")) and not os.path.exists(os.path.join(root, name)):
            yield f"{path}: names {name}, which is not there"


def main():
    root = sys.argv[1]
    for path in pages(root):
        with open(os.path.join(root, path), encoding="utf-8") as page:
            text = page.read()
        for line in [*(dead_links(root, path, text) if path.endswith(".md") else []), *dead_names(root, path, text)]:
            print(line)


if __name__ == "__main__":
    main()
