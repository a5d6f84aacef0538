const newline = 0x0a;

/** Whole lines without their ends, as many at a time as have come; what is left of one at the end is one too. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Buffer[]> {
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    const { whole, rest } = split(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    const [first, ...others] = whole;
    if (first !== undefined) yield [begun.length === 0 ? first : Buffer.concat([...begun, first]), ...others];
    if (first !== undefined) begun = [];
    if (rest.length > 0) begun.push(rest);
  }
  if (begun.length > 0) yield [Buffer.concat(begun)];
}

function split(bytes: Buffer): { readonly whole: readonly Buffer[]; readonly rest: Buffer } {
  const whole: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
    whole.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return { whole, rest: bytes.subarray(from) };
}
