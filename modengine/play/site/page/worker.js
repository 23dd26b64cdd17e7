// The engine in this browser: Python as WebAssembly, asked one thing at a time.

import { loadPyodide } from "./runtime/pyodide.mjs";
import { unpack } from "./unpack.js";

let end = Infinity; // when what runs is interrupted
let within = Infinity; // the end of one regular expression inside of it

// Python looks here every few instructions, and its regular expressions every few steps.
const interrupts = {
  get 0() {
    return performance.now() > Math.min(end, within) ? 2 : 0;
  },
  set 0(_) {
    if (performance.now() > within) within = Infinity;
    else end = Infinity;
  },
};
self.end_in = (seconds) => {
  within = seconds ? performance.now() + seconds * 1000 : Infinity;
};

const bytes = async (name) => {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: HTTP ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
};

async function begin() {
  const [python, engine, start] = await Promise.all([
    loadPyodide({ indexURL: new URL("runtime/", import.meta.url).href }),
    bytes("engine.bin"),
    bytes("start.json"),
  ]);
  await unpack(python.FS, engine, python.runPython("import site; site.getsitepackages()[0]"));
  const begun = python.runPython("from modengine.play.site.device.work import begin; begin");
  const desk = begun(new TextDecoder().decode(start));
  python.setInterruptBuffer(interrupts);
  return desk;
}

const desk = begin();
desk.then(
  () => self.postMessage({ ready: true }),
  (error) => self.postMessage({ failed: String(error.message ?? error).slice(-400) }),
);

self.onmessage = async ({ data }) => {
  const one = await desk;
  end = performance.now() + one.seconds(data.path) * 1000;
  const answer = one.ask(data.path, data.body ?? "{}");
  end = Infinity;
  const [status, body] = answer.toJs();
  answer.destroy();
  self.postMessage({ status, body });
};
