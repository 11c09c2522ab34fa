import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPickle } from '../../../src/checkpoint/torch/pickle.js';
import type { Value } from '../../../src/checkpoint/torch/pickle-value.js';
import { join, little, type Part } from '../../support/broken-files/bytes.js';
import {
  call,
  dict,
  global,
  int,
  list,
  none,
  orderedDict,
  pickleOf,
  text,
  tuple,
} from '../../support/broken-files/torch.js';
import { complaint } from '../../support/complaint.js';

const allowed = new Map([
  ['argparse.Namespace', 'function'],
  ['collections.OrderedDict', 'dict'],
  ['torch.FloatStorage', 'type'],
] as const);

const read = (bytes: Uint8Array): Value => readPickle(bytes, allowed, 'file: its pickle');
const refusal = (bytes: Uint8Array) => complaint(() => Promise.resolve().then(() => read(bytes)), 'file');

describe('a pickle', () => {
  it('becomes plain data', () => {
    const value = read(
      pickleOf(
        list(none, '\x88', '\x89', 'K\x07', 'M\x2c\x01', int(-5), int(2 ** 40), join('G', '\x3f\xe0', '\0'.repeat(6))),
      ),
    );
    expect(value).toEqual([null, true, false, 7, 300, -5, 2 ** 40, 0.5]);
    expect(read(pickleOf(tuple(text('é'), text(''), text('\ufeffx'))))).toEqual(['é', '', '\ufeffx']);
    expect(read(pickleOf(dict(text('a'), int(1), int(2), list())))).toEqual(
      new Map<Value, Value>([
        ['a', 1],
        [2, []],
      ]),
    );
    expect(read(pickleOf(')', '\x85', 'N', '\x86', 'NN', '\x87'))).toEqual([[[[]], null], null, null]);
    expect(read(pickleOf('\x8a\x0d', little(2n ** 100n, 13)))).toBe(2n ** 100n);
    expect(read(pickleOf('\x8a\x00'))).toBe(0);
    expect(read(pickleOf('\x8a\x01\xff'))).toBe(-1);
  });

  it('becomes the same in every protocol', () => {
    // pickle.dumps([None, 300, 'é', {'a': (1, 2)}, [1], True, 0.5, b'x', 1 << 70], protocol) in CPython 3.12
    const protocol3 =
      '80035d7100284e4d2c015802000000c3a971017d710258010000006171034b014b02867104735d71054b016188473fe000000000000043017871068a09000000000000000040652e';
    const protocol4 =
      '80049539000000000000005d94284e4d2c018c02c3a9947d948c0161944b014b028694735d944b016188473fe0000000000000430178948a09000000000000000040652e';
    const protocol5 = protocol4.replace('8004', '8005');
    const data = [null, 300, 'é', new Map([['a', [1, 2]]]), [1], true, 0.5, Uint8Array.of(0x78), 2n ** 70n];
    for (const hex of [protocol3, protocol4, protocol5]) {
      expect(read(Uint8Array.from(Buffer.from(hex, 'hex')))).toEqual(data);
    }
  });

  it('shares repeated values', () => {
    const value = read(pickleOf('(', ']q\x05', 'h\x05', 't'));
    if (!Array.isArray(value)) throw new Error('no tuple');
    expect(value[0]).toBe(value[1]);
    // Protocol 4 numbers its memo entries implicitly.
    expect(read(pickleOf('(', 'K\x07\x94', 'K\x08\x94', 'h\x01', 'h\0', 't'))).toEqual([7, 8, 8, 7]);
  });

  it('may contain itself', () => {
    const value = read(pickleOf(']', 'q\0', 'h\0', 'a'));
    expect(Array.isArray(value) && value[0] === value).toBe(true);
  });

  it('names types and keeps calls without making them', () => {
    const namespace = global('argparse', 'Namespace');
    expect(read(pickleOf(global('torch', 'FloatStorage')))).toEqual({ kind: 'global', name: 'torch.FloatStorage' });
    expect(read(pickleOf(namespace, ')', '\x81', dict(text('lr'), int(1)), 'b'))).toEqual({
      kind: 'call',
      callee: 'argparse.Namespace',
      args: [],
    });
    expect(read(pickleOf(call(namespace, int(3))))).toEqual({ kind: 'call', callee: 'argparse.Namespace', args: [3] });
    expect(read(pickleOf(text('argparse'), text('Namespace'), '\x93'))).toEqual({
      kind: 'global',
      name: 'argparse.Namespace',
    });
    expect(read(pickleOf(tuple(int(1)), 'Q'))).toEqual({ kind: 'persistent', id: [1] });
  });

  it('turns an OrderedDict into a Map and ignores its attributes', () => {
    const value = read(pickleOf(orderedDict(text('a'), int(1)), dict(text('_metadata'), dict()), 'b'));
    expect(value).toEqual(new Map([['a', 1]]));
  });

  it('does not expose properties of Object', () => {
    expect(read(pickleOf(dict(text('__proto__'), int(1))))).toEqual(new Map([['__proto__', 1]]));
  });
});

describe('a pickle that names something not allowed', () => {
  it.each<[string, Part[], string]>([
    ['calls os.system', [call(global('os', 'system'), text('touch /tmp/owned'))], '"os.system"'],
    ['calls posix.system', [call(global('posix', 'system'), text('id'))], '"posix.system"'],
    ['calls eval', [call(global('builtins', 'eval'), text('1'))], '"builtins.eval"'],
    ['calls Python 2 eval', [call(global('__builtin__', 'eval'), text('1'))], '"__builtin__.eval"'],
    ['calls eval by protocol 4', [text('builtins'), text('eval'), '\x93', tuple(text('1')), 'R'], '"builtins.eval"'],
    ['makes a Popen', [global('subprocess', 'Popen'), tuple(text('id')), '\x81'], '"subprocess.Popen"'],
    ['calls getattr', [call(global('builtins', 'getattr'), none, text('x'))], '"builtins.getattr"'],
    ['loads from bytes', [global('torch.storage', '_load_from_bytes')], '"torch.storage._load_from_bytes"'],
    [
      'reaches by a dotted name',
      [global('collections', 'OrderedDict.__class__')],
      '"collections.OrderedDict.__class__"',
    ],
    ['splits a name elsewhere', [global('collections.OrderedDict', 'x')], '"collections.OrderedDict.x"'],
    ['names a method of Map', [global('constructor', 'name')], '"constructor.name"'],
    ['is of protocol 0', ['(ios\nsystem\n'], '"os.system"'],
    ['hides it in an ignored key', [dict(text('x'), global('os', 'system'))], '"os.system"'],
  ])('that %s is refused by its name', async (_, parts, name) => {
    const message = await refusal(pickleOf(...parts));
    expect(message).toContain(`its pickle names ${name}, which is not supported`);
    expect(message).toContain('save its weights alone');
  });

  it('is refused with a short name, however long it is', async () => {
    expect((await refusal(pickleOf(global('x'.repeat(1_000_000), 'y')))).length).toBeLessThan(500);
  });
});

describe('a broken pickle', () => {
  const storage = global('torch', 'FloatStorage');
  const ordered = global('collections', 'OrderedDict');

  it.each<[string, Uint8Array, string]>([
    ['is empty', new Uint8Array(0), 'claims 1 bytes at byte 0, but 0 are left'],
    ['has no protocol', join('N.'), 'does not start with a protocol number'],
    ['is of protocol 1', join('\x80\x01N.'), 'of protocol 1, expected 2 to 5'],
    ['is of protocol 6', join('\x80\x06N.'), 'of protocol 6, expected 2 to 5'],
    ['has no end', join('\x80\x02N'), 'claims 1 bytes at byte 3'],
    ['has no value', pickleOf(''), 'pops from an empty stack'],
    ['has two values', pickleOf('NN'), 'ends with values left over'],
    ['ends in a level', pickleOf('(N'), 'ends with values left over'],
    ['goes on behind its end', join(pickleOf('N'), 'N'), 'has 1 bytes after its end'],
    ['has an unknown operation', pickleOf('\xff'), 'has operation 0xff at byte 2'],
    ['has an extension', pickleOf('\x82\x01'), 'has operation 0x82 at byte 2'],
    ['claims a text of 4 GiB', pickleOf('X', little(2 ** 32 - 1, 4)), 'claims 4294967295 bytes at byte 7'],
    ['claims a text of 2^64 - 1 bytes', pickleOf('\x8d', little(-1, 8)), 'claims 18446744073709552000 bytes'],
    ['claims bytes of 2^63', pickleOf('\x8e', little(2n ** 63n, 8)), 'claims 922337203685477'],
    ['claims a number of 255 bytes', pickleOf('\x8a\xff'), 'claims 255 bytes'],
    ['claims a frame beyond its end', pickleOf('\x95', little(100, 8)), 'has a frame of 100 bytes, but 1 are left'],
    ['has a text that is not UTF-8', pickleOf('X', little(1, 4), '\xff'), 'that is not UTF-8'],
    ['has a name without an end', pickleOf('cos'), 'an unterminated line'],
    ['recalls what it did not remember', pickleOf('h\x03'), 'reads memo 3'],
    ['recalls what it did not remember yet', pickleOf('j', little(2 ** 31, 4)), 'reads memo 2147483648'],
    ['remembers under 4 billion', pickleOf('Nr', little(2 ** 32 - 1, 4)), 'stores a value in memo 4294967295'],
    ['remembers nothing', pickleOf('q\0'), 'pops from an empty stack'],
    ['remembers a level', pickleOf('(q\0'), 'pops from an empty stack'],
    ['ends no level', pickleOf('Nt'), 'has no matching mark'],
    ['takes from below its level', pickleOf('N(\x85'), 'pops from an empty stack'],
    ['appends to a number', pickleOf('K\x01(e'), 'appends to something that is not a list'],
    ['appends to a dict', pickleOf('}Na'), 'appends to something that is not a list'],
    ['sets an item of a list', pickleOf(']NNs'), 'sets an item of something that is not a dict'],
    ['sets an item without a value', pickleOf('}(NNNu'), 'sets an item without a value'],
    ['calls a type', pickleOf(storage, ')R'), 'calls something that is not a function'],
    ['calls a text', pickleOf(text('os.system'), ')R'), 'calls something that is not a function'],
    ['calls with a number', pickleOf(ordered, 'NR'), 'with arguments that are not a tuple'],
    ['calls OrderedDict with items', pickleOf(call(ordered, list())), 'with 1 arguments'],
    ['names by numbers', pickleOf('K\x01K\x02\x93'), 'has a global whose name is not a string'],
    ['gives attributes to a type', pickleOf(storage, '}b'), 'sets attributes of something that cannot have any'],
    ['gives attributes to a list', pickleOf(']}b'), 'sets attributes of something that cannot have any'],
    ['is nested too deep', pickleOf('('.repeat(1001)), 'is nested deeper than 1000'],
    ['has too many operations', pickleOf('N', '\x85'.repeat(500_000)), 'more than 500000 operations'],
  ])('that %s is refused', async (_, bytes, what) => {
    expect(await refusal(bytes)).toContain(what);
  });

  it('with nested shared lists takes no more memory than the file', () => {
    // Each list contains the previous one twice: walking it would visit 2^100 lists.
    const byte = (code: number) => String.fromCharCode(code);
    const levels = Array.from({ length: 100 }, (_, i) => `](h${byte(i)}h${byte(i)}eq${byte(i + 1)}`);
    const value = read(pickleOf('(', ']q\0', ...levels, 't'));
    let lists = 0;
    for (let list = value; Array.isArray(list); list = list.at(-1) ?? null) lists++;
    expect(lists).toBe(102);
  });

  it('of any operations is read or refused', () => {
    const operation = fc.constantFrom(
      ...Array.from('.()]}Nabsuetq\0h\0Q\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x93\x94RKJXc'),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        try {
          read(join('\x80\x04', operations.join(''), '.'));
        } catch (error) {
          expect(error).toHaveProperty('code', 'BAD_CHECKPOINT');
        }
      }),
      { numRuns: 3000 },
    );
  });
});
