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
