"""house.py ROOT: prints one line for each breach of the rules of the tree at ROOT; says nothing where there is none.

The rules: harness/LAYERS says which room includes which; kernels/ includes nothing of harness/; no circle of includes between
files, nor between units (a .c with the .h of its name); no two headers with one guard; no two types with one name; no
function or variable declared twice in headers, or declared in a header and used by no other file; no file longer than 500
lines.
SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import sys

LINES_MAX = 500
COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')', re.S)
INCLUDE = re.compile(r'^ *# *include *"([^"]+)"', re.M)
WORD = re.compile(r"\b[A-Za-z_]\w*")


def sources(root, folders):
    """{path below root: text} of the C files."""
    found = {}
    for folder in folders:
        for place, _, names in os.walk(os.path.join(root, folder)):
            for name in names:
                if name.endswith((".c", ".h", ".cc", ".cmake")):
                    path = os.path.join(place, name)
                    with open(path, encoding="utf-8") as file:
                        found[os.path.relpath(path, root)] = file.read()
    return dict(sorted(found.items()))


def included(path, text, files):
    """Files of the tree that `path` includes; those that are not there yet are named as well, relative to `path`."""
    for name in INCLUDE.findall(text):
        beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
        below = os.path.join("kernels", name)
        yield below if path.startswith("kernels/") and beside not in files and below in files else beside


def room(path):
    parts = path.split("/")
    if parts[0] == "kernels":
        return "kernels"
    return parts[1] if parts[0] == "harness" and len(parts) > 2 else None


def read_layers(root):
    """{room: rooms that it may include}. `+room` stands for that room and all that it may include; `*` for everything."""
    layers = {}
    with open(os.path.join(root, "harness/LAYERS"), encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if not line:
                continue
            name, _, rest = line.partition(":")
            seen = set()
            for word in rest.split():
                if word.startswith("+"):
                    seen |= {word[1:]} | layers[word[1:]]
                else:
                    seen.add(word)
            layers[name] = seen
    return layers


def against_layers(files, layers):
    for path, text in files.items():
        own = room(path)
        if own != "kernels" and own not in layers:
            yield f"layers {path}: harness/LAYERS has no room '{own}'"
            continue
        for other in included(path, text, files):
            theirs = room(other)
            if theirs is None or theirs == own or (own != "kernels" and {theirs, "*"} & layers[own]):
                continue
            yield f"layers {path} {other}"


def files_by_file(files):
    """{path: files that it includes}"""
    return {path: [o for o in included(path, text, files) if o in files] for path, text in files.items()}


def units_by_unit(files):
    """The same for units, a .c with the .h of its name; a header without a .c passes on what it includes."""
    arrows = files_by_file(files)
    bodies = {path.rsplit(".", 1)[0] for path in files if not path.endswith(".h")}

    def behind(path, seen):
        for other in arrows[path]:
            if other in seen:
                continue
            seen.add(other)
            if other.rsplit(".", 1)[0] in bodies:
                yield other.rsplit(".", 1)[0]
            else:
                yield from behind(other, seen)

    units = {unit: set() for unit in bodies}
    for path in files:
        unit = path.rsplit(".", 1)[0]
        if unit in bodies:
            units[unit] |= set(behind(path, {path})) - {unit}
    return {unit: sorted(others) for unit, others in sorted(units.items())}


def circles(arrows):
    """Groups that include each other (Tarjan's strongly connected components)."""
    number, low, stack, found = {}, {}, [], []

    def visit(at):
        number[at] = low[at] = len(number)
        stack.append(at)
        for to in arrows[at]:
            if to not in number:
                visit(to)
            if to in stack:
                low[at] = min(low[at], low[to])
        if low[at] == number[at]:
            group = stack[stack.index(at):]
            del stack[stack.index(at):]
            if len(group) > 1 or at in arrows[at]:
                found.append("circle " + " ".join(sorted(group)))

    for path in arrows:
        if path not in number:
            visit(path)
    return found


def twice(kind, pairs):
    """pairs: (name, path)."""
    places = {}
    for name, path in pairs:
        places.setdefault(name, []).append(path)
    for name, paths in sorted(places.items()):
        if len(paths) > 1:
            yield f"{kind} {name} {' '.join(paths)}"


def guards(files):
    for path, text in files.items():
        guard = re.search(r"^#ifndef (\w+)\n#define \1$", text, re.M)
        if path.endswith(".h") and guard:
            yield guard.group(1), path


def statements(code):
    """The declarations of a file outside of every body; each body is replaced by {}."""
    code = re.sub(r"^ *#(?:[^\n]*\\\n)*[^\n]*", "", code, flags=re.M)
    code = re.sub(r'extern *"C" *\{', "", code)
    depth, out, start = 0, [], 0
    for i, c in enumerate(code):
        if c == "{":
            if depth == 0:
                out.append(code[start:i] + "{")
            depth += 1
        elif c == "}":
            depth = max(0, depth - 1)
            if depth == 0:
                out.append("}")
                start = i + 1
    out.append(code[start:])
    flat = re.sub(r"__attribute__ *\(\((?:[^()]|\([^()]*\))*\)\)", "", "".join(out))
    # a body that is followed by no name ends a function
    return [s.strip() for s in re.sub(r"\{\}(?!\s*[\w*]+[\w\s*,\[\]]*;)", "{};", flat).split(";") if s.strip()]


def types(code):
    """Names that a file gives to types of its own."""
    names = []
    for s in statements(code):
        if s.startswith("typedef"):
            function = re.search(r"\(\s*\*\s*(\w+)\s*\)", s)
            names.append(function.group(1) if function else re.sub(r"\[[^\]]*\]|\([^)]*\)$", "", s).split()[-1].lstrip("*"))
    return names + re.findall(r"^AS_RECORD\((\w+),", code, re.M)


def externs(code):
    """Names of functions and variables that a header declares for others."""
    for s in statements(code):
        if s.startswith(("typedef", "static")) or "{" in s:
            continue
        name = re.search(r"(\w+)\s*\(", s) if "(" in s else re.search(r"^extern\b.*?(\w+)\s*(?:\[[^\]]*\])*$", s, re.S)
        if name and not name.group(1).isupper() and name.group(1) != "_Static_assert":
            yield name.group(1)


def breaches(root):
    files = sources(root, ["kernels", "harness"])
    code = {path: COMMENT_OR_TEXT.sub(lambda m: '""' if m.group(1) else " ", text) for path, text in files.items()}
    headers = {path: c for path, c in code.items() if path.endswith(".h")}
    for path, text in files.items():
        if text.count("\n") > LINES_MAX:
            yield f"length {path}: {text.count(chr(10))} lines, at most {LINES_MAX}: split it by thought"
    yield from against_layers(files, read_layers(root))
    yield from circles(files_by_file(files))
    yield from circles(units_by_unit(files))
    yield from twice("guard", guards(files))
    yield from twice("type", ((name, path) for path, c in headers.items() for name in types(c)
                              if not path.startswith("kernels/vec/")))  # one vocabulary, a header for each instruction set

    declared = [(name, path) for path, c in headers.items() for name in externs(c)]
    yield from twice("declared", declared)
    users = {}
    for path, text in {**code, **sources(root, ["tests", "cmake"])}.items():
        for word in set(WORD.findall(text)):
            users.setdefault(word, set()).add(path)
    for name, path in declared:
        # its header, and the file that defines it, which uses it at most beside
        if len(users[name] - {path}) < 2:
            yield f"unused {name} {path}"


def main():
    for line in sorted(set(breaches(sys.argv[1]))):
        print(line)


if __name__ == "__main__":
    main()
