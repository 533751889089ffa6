// Compiles the files of DIR/in with the CPython of the npm package pyodide: node wasm.mjs PACKAGE DIR PROGRAM
const [package_, directory, program] = process.argv.slice(2);
const { loadPyodide } = await import(`${package_}/pyodide.mjs`);
const python = await loadPyodide();
python.FS.mkdir("/shared");
python.FS.mount(python.FS.filesystems.NODEFS, { root: directory }, "/shared");
process.stdout.write(python.runPython(program));
