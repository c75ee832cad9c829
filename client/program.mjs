// The sections of a WebAssembly program, for optimize.mjs and shorten.mjs.

export const IMPORTS = 2;
export const EXPORTS = 7;
export const KINDS = { func: 0, table: 1, memory: 2, global: 3, tag: 4 };

/** Reads a WebAssembly program piece by piece. */
export class Reader {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }
  get isAtEnd() {
    return this.at >= this.bytes.length;
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }
  slice(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }
  text() {
    return Buffer.from(this.slice(this.number())).toString();
  }
  limits() {
    const flags = this.byte();
    this.number();
    if (flags & 1) this.number();
  }
  /** Skips what follows an import's kind. */
  skipType(kind) {
    if (kind === KINDS.func) this.number();
    else if (kind === KINDS.table) this.at++, this.limits();
    else if (kind === KINDS.memory) this.limits();
    else if (kind === KINDS.global) this.at += 2;
    else if (kind === KINDS.tag) this.at++, this.number();
    else throw new Error(`an import of the unknown kind ${kind}`);
  }
}

export const number = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
};
export const text = (value) => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);

/** The program with each section as `change` returns it, which receives its kind and content. */
export function mapSections(wasm, change) {
  const parts = [wasm.subarray(0, 8)];
  const reader = new Reader(wasm, 8);
  while (!reader.isAtEnd) {
    const kind = reader.byte();
    const section = change(kind, reader.slice(reader.number()));
    parts.push(Buffer.from([kind]), number(section.length), section);
  }
  return Buffer.concat(parts);
}

/** The imports of a section of imports: name and kind of each, and the bytes of its type. */
export function importsOf(section) {
  const reader = new Reader(section);
  return Array.from({ length: reader.number() }, () => {
    const [module, name, from] = [reader.text(), reader.text(), reader.at];
    const kind = reader.byte();
    reader.skipType(kind);
    return { module, name, kind, type: section.subarray(from, reader.at) };
  });
}

/** The exports of a section of exports: name of each, and the bytes of what it names. */
export function exportsOf(section) {
  const reader = new Reader(section);
  return Array.from({ length: reader.number() }, () => {
    const [name, from] = [reader.text(), reader.at];
    reader.at++;
    reader.number();
    return { name, type: section.subarray(from, reader.at) };
  });
}
