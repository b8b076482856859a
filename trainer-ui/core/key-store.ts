/** The browser's storage, or what stands in for it where the browser withholds it. */

/** The part of `Storage` that is used. */
export interface KeyStore {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  /** @throws when the storage is full or forbidden. */
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** `localStorage`; where the browser forbids it, a memory that ends with the page. */
export function openKeyStore(window: { readonly localStorage: KeyStore }): KeyStore {
  try {
    const { localStorage } = window; // the getter itself throws where storage is forbidden
    localStorage.getItem('reins');
    return localStorage;
  } catch {
    return createMemoryStore();
  }
}

export function createMemoryStore(): KeyStore {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

export function keysOf(storage: KeyStore): string[] {
  const keys: string[] = [];
  for (let i = 0; i < storage.length; i++) {
    const key = storage.key(i);
    if (key !== null) keys.push(key);
  }
  return keys;
}

/** False when the storage did not take it. */
export function trySet(storage: KeyStore, key: string, value: string): boolean {
  try {
    storage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
