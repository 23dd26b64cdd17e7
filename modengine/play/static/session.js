// What this window remembers when it is loaded anew, and forgets when it is closed: the next class begins anew.

export function recall(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(`modengine-${name}`)) ?? otherwise;
  } catch {
    return otherwise; // a browser that keeps nothing, or what is no JSON
  }
}

export function remember(name, value) {
  try {
    sessionStorage.setItem(`modengine-${name}`, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing
  }
}

// A name that nobody else has.
export const newName = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
