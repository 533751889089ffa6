// Runs `-I -S -c CODE ARGUMENTS` as a Python does, in the working directory, with the CPython of the npm package pyodide:
// node wasm_python.mjs PACKAGE -I -S -c CODE ARGUMENTS
import fs from "node:fs";
import os from "node:os";
const [package_, ...options] = process.argv.slice(2);
const at = options.indexOf("-c");
if (at < 0) throw new Error("only -c CODE is supported");
const [code, ...rest] = options.slice(at + 1);
const { loadPyodide } = await import(`${package_}/pyodide.mjs`);
const input = fs.readFileSync(0);
let read = 0;
const python = await loadPyodide({ args: ["-I", "-S"] });
python.setStdin({
    read(buffer) {
        const part = input.subarray(read, read + buffer.length);
        buffer.set(part);
        read += part.length;
        return part.length;
    },
});
python.setStdout({
    write(buffer) {
        let written = 0;
        while (written < buffer.length) written += fs.writeSync(1, buffer, written);
        return buffer.length;
    },
});
// The working directory and the one for temporary files are those of the machine.
const directory = process.cwd();
const temporary = fs.realpathSync(os.tmpdir());
const mounted = directory.startsWith(temporary) ? [temporary] : [temporary, directory];
for (const folder of mounted) {
    python.FS.mkdirTree(folder);
    python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, folder);
}
python.FS.chdir(directory);
python.globals.set("arguments", python.toPy(["-c", ...rest]));
python.runPython("import sys; sys.argv = list(arguments); del arguments");
try {
    python.runPython(code);
} catch (error) {
    // That of `sys.exit(STATUS)`.
    if (typeof error.status !== "number") throw error;
    process.exit(error.status);
}
python.runPython("import sys; sys.stdout.flush()");
