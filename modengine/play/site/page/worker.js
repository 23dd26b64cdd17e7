// The engine in this browser: Python as WebAssembly, asked one thing at a time.

import { loadPyodide } from "./runtime/pyodide.mjs";
import { unpack } from "./unpack.js";

const ends = { job: Infinity, expression: Infinity }; // when what runs is interrupted
const late = (what) => performance.now() > ends[what];
const endsIn = (what) => (seconds) => {
  ends[what] = seconds ? performance.now() + seconds * 1000 : Infinity;
};
self.job_ends_in = endsIn("job");
self.expression_ends_in = endsIn("expression");

// Python looks here every few instructions, and its regular expressions every few steps.
const interrupts = {
  get 0() {
    return late("expression") || late("job") ? 2 : 0;
  },
  set 0(_) {
    ends[late("expression") ? "expression" : "job"] = Infinity;
  },
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

const failed = (why) => self.postMessage({ failed: String(why?.message ?? why).slice(-400) });
self.addEventListener("unhandledrejection", ({ reason }) => failed(reason));
// Where its WebAssembly does not arrive or does not begin, Pyodide only says so, and waits for ever.
console.warn = (why) => why === "wasm instantiation failed!" && failed(why);

const desk = begin();
desk.then(() => self.postMessage({ ready: true }));

self.onmessage = async ({ data }) => {
  const one = await desk;
  const answer = one.ask(data.path, data.body ?? "{}");
  const [status, body] = answer.toJs();
  answer.destroy();
  self.postMessage({ status, body });
};
