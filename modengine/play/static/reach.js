// How a request reaches the engine: over HTTP.  In the static site another file of this name asks a worker.

export const reach = (path, options) => fetch(path, options);
