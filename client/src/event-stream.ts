/** A message of a text/event-stream. */
export interface ServerSentEvent {
  /** `message` if the stream names none. */
  readonly event: string;
  readonly data: string;
}

/**
 * Parses a text/event-stream (WHATWG HTML, 9.2.6) chunk by chunk and returns the messages that each chunk completes.
 * Unlike with EventSource, a message with a name but no data counts: `complete` is one.
 */
export function createEventStreamParser(): (text: string) => ServerSentEvent[] {
  let rest = '';
  let isFirst = true;
  let endedByReturn = false;
  let event = '';
  let data: string[] = [];

  function readLine(line: string, into: ServerSentEvent[]): void {
    if (line === '') {
      if (event !== '' || data.length > 0) into.push({ event: event || 'message', data: data.join('\n') });
      event = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }

  return (text) => {
    if (text === '') return [];
    // A line feed after a carriage return belongs to the same line end, even if it comes in the next chunk.
    rest += endedByReturn && text.startsWith('\n') ? text.slice(1) : text;
    endedByReturn = text.endsWith('\r');
    if (isFirst) rest = rest.replace(/^\uFEFF/, '');
    isFirst = false;
    const messages: ServerSentEvent[] = [];
    const lines = rest.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) readLine(line, messages);
    return messages;
  };
}

/**
 * The messages in a response's body.
 *
 * @param silentMs Rejects if nothing arrives for this long.
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  silentMs: number,
): AsyncGenerator<ServerSentEvent, void> {
  const reader = body.getReader();
  const parse = createEventStreamParser();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await withinMs(reader.read(), silentMs);
      if (done) return;
      yield* parse(decoder.decode(value, { stream: true }));
    }
  } finally {
    // After a failed read there is nothing to cancel, and only that failure matters.
    reader.cancel().catch(() => undefined);
  }
}

async function withinMs<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no data received for ${ms / 1000} seconds`)), ms);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
