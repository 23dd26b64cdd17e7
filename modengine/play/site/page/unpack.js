// The engine's one file into the files of Python: a line of JSON with names and sizes, and the files behind each other.

export async function unpack(files, packed, folder) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const head = bytes.indexOf(10);
  const sizes = JSON.parse(new TextDecoder().decode(bytes.subarray(0, head)));
  const made = new Set();
  let at = head + 1;
  for (const [name, size] of Object.entries(sizes)) {
    const path = `${folder}/${name}`;
    const inside = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(inside)) files.mkdirTree(inside);
    made.add(inside);
    files.writeFile(path, bytes.subarray(at, at + size), { canOwn: true });
    at += size;
  }
}
