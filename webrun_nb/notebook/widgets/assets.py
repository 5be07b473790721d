"""Links a widget's ES modules into the one module text that anywidget loads.

anywidget sends `_esm` to the page as text, which imports it from a `blob:` URL. No relative import resolves from there,
and an offline front end or a saved notebook has no server to fetch further files from. So the scripts are plain ES
modules that import each other by relative paths, as editors and Node's test runner expect, and `script` links them when
the widget's class is defined. A bundler (esbuild) would do the same, but every build from source, and every change of a
script in a checkout, would then need Node and a package from npm.

The linker supports what the widgets need and refuses the rest: `import { a, b as c } from "./x.js";` and
`export function`, `export async function` and `export const` at the start of a line, and `export default` in the entry.
Each imported module becomes a function scope of its own, so that names can't clash.
"""

from __future__ import annotations

import re
from pathlib import Path

_STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import\s*\{([^{}]*)\}\s*from\s*"(\.{1,2}/[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const) (\w+))", re.MULTILINE)
_UNSUPPORTED = re.compile(r"^(?:import|export)\b(?! default\b).*|(?<![\w.])import\s*\(", re.MULTILINE)
_DEFAULT = re.compile(r"^export default\b", re.MULTILINE)


class LinkError(Exception):
    """A script has an import or an export that the linker does not support, or that leads nowhere."""


def script(name: str) -> str:
    """Return the script `static/{name}` linked with all that it imports."""
    return link(_STATIC / name)


def style(*names: str) -> str:
    """Return the text of the style sheets `static/{name}`, one after the other."""
    return "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in names)


def link(entry: Path) -> str:
    """Return the text of one module that does what `entry` does, with no import left.

    Parameters
    ----------
    entry : Path
        An ES module; its `export default` stays.

    Raises
    ------
    LinkError
        It or a module that it imports can't be linked: a missing file, a name that is not exported, a circle, or a
        syntax that is not supported.
    """
    return "\n".join(_Linker().add(entry.resolve(), is_entry=True)) + "\n"


class _Linker:
    """Collects the modules of one entry, each after those that it imports."""

    def __init__(self) -> None:
        self._exports: dict[Path, frozenset[str]] = {}
        self._names: dict[Path, str] = {}
        """The constant that holds a linked module's exports."""
        self._path: list[Path] = []
        """The modules whose imports are being linked, the entry first."""

    def add(self, module: Path, *, is_entry: bool = False) -> list[str]:
        """Return the parts of text that define `module`, with those of its imports before it."""
        if module in self._names:
            return []
        if module in self._path:
            circle = " → ".join(path.name for path in [*self._path[self._path.index(module) :], module])
            raise LinkError(f"the modules import each other in a circle: {circle}")
        if not module.is_file():
            raise LinkError(f"{self._path[-1].name} imports {module.name}, which does not exist")
        self._path.append(module)
        parts: list[str] = []

        def replace(found: re.Match[str]) -> str:
            imported = (module.parent / found[2]).resolve()
            parts.extend(self.add(imported))
            return self._destructured(module, imported, found[1])

        body = _IMPORT.sub(replace, module.read_text(encoding="utf-8"))
        self._path.pop()
        exports = frozenset(_EXPORT.findall(body))
        body = _EXPORT.sub("", body)
        _refuse_unsupported(module, body, is_entry=is_entry)
        self._exports[module] = exports
        self._names[module] = f"$module{len(self._names)}"
        if is_entry:
            return [*parts, f"// {module.name}", body]
        returned = f"return {{ {', '.join(sorted(exports))} }};"
        return [*parts, f"// {module.name}", f"const {self._names[module]} = (() => {{", body + returned, "})();"]

    def _destructured(self, module: Path, imported: Path, names: str) -> str:
        """Return the statement that stands for an import of `names`."""
        bindings = []
        for name in (part.strip() for part in names.split(",")):
            if not name:
                continue  # after a trailing comma
            original, _, local = name.partition(" as ")
            if original not in self._exports[imported]:
                raise LinkError(f"{module.name} imports {original}, which {imported.name} does not export")
            bindings.append(f"{original}: {local}" if local else original)
        return f"const {{ {', '.join(bindings)} }} = {self._names[imported]};"


def _refuse_unsupported(module: Path, body: str, *, is_entry: bool) -> None:
    found = _UNSUPPORTED.search(body)
    if found is None and not is_entry:
        found = _DEFAULT.search(body)
    if found is not None:
        raise LinkError(f"{module.name}: the linker does not support {found[0]!r}")
