// Run by Node.js at the export: compiles every module of the engine and of Python's own library, so that no browser has to.

import { readFileSync, writeFileSync } from "node:fs";
import { loadPyodide } from "./pyodide.mjs";
import { unpack } from "./unpack.mjs";

const python = await loadPyodide({ indexURL: "./" });
const file = (name) => new Uint8Array(readFileSync(name));
await unpack(python.FS, file("engine.bin"), "/engine");
python.FS.writeFile("/library.zip", file("python_stdlib.zip"));
python.runPython(`
import compileall, gzip, json, py_compile, sys, zipfile
from pathlib import Path

how = {"quiet": 1, "invalidation_mode": py_compile.PycInvalidationMode.UNCHECKED_HASH}

root = Path("/engine")
sys.dont_write_bytecode = True
sys.path.insert(0, str(root))
from modengine.play.site.device import kept
from modengine.play.site.device.expressions import translated

kept.keep(translated)
compileall.compile_dir(root, stripdir="/engine", **how)
files = {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
head = json.dumps({name: len(data) for name, data in files.items()}, separators=(",", ":")).encode()
Path("/compiled.bin").write_bytes(gzip.compress(b"\\n".join([head, b"".join(files.values())]), 9, mtime=0))

unused = (
    *("unittest/", "pydoc_data/", "_pyrepl/", "xmlrpc/", "wsgiref/", "idlelib/", "ensurepip/"),
    *("bdb.", "cmd.", "doctest.", "pdb.", "ftplib.", "imaplib.", "mailbox.", "poplib.", "smtplib."),
)
with zipfile.ZipFile("/library.zip") as archive:
    archive.extractall("/library", [name for name in archive.namelist() if not name.startswith(unused)])
compileall.compile_dir("/library", stripdir="/library", prependdir="/lib/python314.zip", legacy=True, **how)
with zipfile.ZipFile("/compiled.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for path in sorted(Path("/library").rglob("*")):
        if path.is_file() and not path.with_suffix(".pyc").is_file() or path.suffix == ".pyc":
            archive.writestr(zipfile.ZipInfo(path.relative_to("/library").as_posix(), (1980, 1, 1, 0, 0, 0)), path.read_bytes(), zipfile.ZIP_DEFLATED)
`);
for (const name of ["compiled.bin", "compiled.zip"]) writeFileSync(name, python.FS.readFile(`/${name}`));
process.exit(0);
