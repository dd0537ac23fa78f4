// Unsaved text kept in this browser, so that a crash or an ended sign-in loses seconds at most. It is locked with a
// key that only this person's own pages carry: whoever uses the machine next can't read it.

const PREFIX = "portal-draft:";
const KEPT_FOR = 14 * 24 * 60 * 60 * 1000; // milliseconds

// The drafts of one person on one criterion; null where the browser offers no lock or no room.
export async function openDrafts(person, place, hexKey) {
  try {
    sweep();
    const name = `${PREFIX}${person}:${place}`;
    const key = await crypto.subtle.importKey("raw", bytesOfHex(hexKey), "AES-GCM", false, ["encrypt", "decrypt"]);
    return new Drafts(name, key);
  } catch {
    return null;
  }
}

class Drafts {
  constructor(name, key) {
    this.name = name;
    this.key = key;
    this.turn = 0; // a draft that is still being locked when it is removed must not come back
    this.written = null;
  }

  async read() {
    try {
      const record = JSON.parse(localStorage.getItem(this.name));
      if (!record) return null;
      const plain = await crypto.subtle.decrypt(this.lock(bytesOf(record.iv)), this.key, bytesOf(record.text));
      return { ...JSON.parse(new TextDecoder().decode(plain)), at: record.at };
    } catch {
      return null;
    }
  }

  async write(draft) {
    const turn = ++this.turn;
    try {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const plain = new TextEncoder().encode(JSON.stringify(draft));
      const text = new Uint8Array(await crypto.subtle.encrypt(this.lock(iv), this.key, plain));
      if (turn !== this.turn) return;
      this.written = JSON.stringify({ at: Date.now(), iv: textOf(iv), text: textOf(text) });
      localStorage.setItem(this.name, this.written);
    } catch {
      // No room: the page goes on saving without.
    }
  }

  remove() {
    this.turn += 1;
    try {
      // Another window of the same person may have left its own.
      if (this.written === null || localStorage.getItem(this.name) === this.written) localStorage.removeItem(this.name);
    } catch {
      // Storage was switched off meanwhile.
    }
    this.written = null;
  }

  isStillThere() {
    try {
      return this.written !== null && localStorage.getItem(this.name) === this.written;
    } catch {
      return true;
    }
  }

  lock(iv) {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(this.name) };
  }
}

function sweep() {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
    if (!(ageOf(name) < KEPT_FOR)) localStorage.removeItem(name);
  }
}

function ageOf(name) {
  try {
    return Date.now() - JSON.parse(localStorage.getItem(name)).at;
  } catch {
    return Infinity;
  }
}

function bytesOfHex(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
}

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function textOf(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
