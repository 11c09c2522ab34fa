import { ByteReader } from './byte-reader.js';
import { CheckpointError, quote } from '../checkpoint-error.js';
import { op } from './pickle-opcodes.js';
import { append, PickleStack, setItems } from './pickle-stack.js';
import { isNamed, type GlobalName, type Value } from './pickle-value.js';

/**
 * The globals a pickle may name. A type can only be named; a function can be called; calling a dict gives an empty Map.
 */
export type AllowList = ReadonlyMap<string, 'type' | 'function' | 'dict'>;

/**
 * A tensor takes about thirty operations, so this allows 16,000 tensors. An operation creates at most one value, at
 * most an empty dict of about 300 bytes: 150 MB in total.
 */
const maxOperations = 500_000;
/** `module.name`: longer than any real identifier. */
const maxNameLength = 500;

/**
 * Reads a pickle without executing any of it.
 *
 * @param label Begins error messages.
 * @throws CheckpointError if the pickle is broken, too large, or names anything not in `allowed`.
 */
export function readPickle(bytes: Uint8Array, allowed: AllowList, label: string): Value {
  const fail = (what: string): never => {
    throw new CheckpointError(`${label} ${what}`);
  };
  const reader = new ByteReader(bytes, fail);
  const stack = new PickleStack(fail);
  const memo = new Map<number, Value>();

  if (reader.u8() !== op.PROTO) fail('is not a pickle of protocol 2 to 5: it does not start with a protocol number');
  const protocol = reader.u8();
  if (protocol < 2 || protocol > 5) fail(`is a pickle of protocol ${protocol}, expected 2 to 5`);

  const name = (module: Value, name: Value): GlobalName => {
    if (typeof module !== 'string' || typeof name !== 'string') return fail('has a global whose name is not a string');
    const full = `${module}.${name}`;
    if (full.length > maxNameLength || !allowed.has(full)) return fail(`names ${quote(full)}, ${refusal}`);
    return { kind: 'global', name: full };
  };
  const call = (callee: Value, args: Value): Value => {
    if (!isNamed(callee, 'global') || allowed.get(callee.name) === 'type')
      return fail('calls something that is not a function');
    if (!Array.isArray(args)) return fail(`calls ${callee.name} with arguments that are not a tuple`);
    if (allowed.get(callee.name) === 'function') return { kind: 'call', callee: callee.name, args };
    return args.length === 0 ? new Map<Value, Value>() : fail(`calls ${callee.name} with ${args.length} arguments`);
  };
  const remember = (index: number): void => {
    // A pickler numbers its memo entries from zero, one per value.
    if (index > bytes.length) fail(`stores a value in memo ${index}, which is out of range`);
    memo.set(index, stack.top());
  };
  const recall = (index: number): Value => {
    const value = memo.get(index);
    return value === undefined ? fail(`reads memo ${index}, which it did not store`) : value;
  };

  for (let operations = 0; operations < maxOperations; operations++) {
    const code = reader.u8();
    switch (code) {
      case op.STOP: {
        const value = stack.pop();
        if (!stack.isEmpty) fail('ends with values left over');
        if (reader.left > 0) fail(`has ${reader.left} bytes after its end`);
        return value;
      }
      case op.FRAME: {
        const length = reader.u64();
        if (length > reader.left) fail(`has a frame of ${length} bytes, but ${reader.left} are left`);
        break;
      }
      case op.MARK:
        stack.mark();
        break;

      case op.NONE:
        stack.push(null);
        break;
      case op.NEWTRUE:
        stack.push(true);
        break;
      case op.NEWFALSE:
        stack.push(false);
        break;
      case op.BININT:
        stack.push(reader.i32());
        break;
      case op.BININT1:
        stack.push(reader.u8());
        break;
      case op.BININT2:
        stack.push(reader.u16());
        break;
      case op.LONG1:
        stack.push(parseLong(reader.take(reader.u8())));
        break;
      case op.BINFLOAT:
        stack.push(reader.f64BigEndian());
        break;
      case op.SHORT_BINUNICODE:
        stack.push(reader.text(reader.u8()));
        break;
      case op.BINUNICODE:
        stack.push(reader.text(reader.u32()));
        break;
      case op.BINUNICODE8:
        stack.push(reader.text(reader.u64()));
        break;
      case op.SHORT_BINBYTES:
        stack.push(reader.take(reader.u8()));
        break;
      case op.BINBYTES:
        stack.push(reader.take(reader.u32()));
        break;
      case op.BINBYTES8:
        stack.push(reader.take(reader.u64()));
        break;

      case op.EMPTY_TUPLE:
      case op.EMPTY_LIST:
      case op.EMPTY_SET:
        stack.push([]);
        break;
      case op.TUPLE1:
        stack.push(stack.popMany(1));
        break;
      case op.TUPLE2:
        stack.push(stack.popMany(2));
        break;
      case op.TUPLE3:
        stack.push(stack.popMany(3));
        break;
      case op.TUPLE:
      case op.FROZENSET:
        stack.push(stack.popToMark());
        break;
      case op.APPEND:
        append(stack, stack.popMany(1));
        break;
      case op.APPENDS:
      case op.ADDITEMS:
        append(stack, stack.popToMark());
        break;
      case op.EMPTY_DICT:
        stack.push(new Map<Value, Value>());
        break;
      case op.SETITEM:
        setItems(stack, stack.popMany(2));
        break;
      case op.SETITEMS:
        setItems(stack, stack.popToMark());
        break;

      case op.BINPUT:
        remember(reader.u8());
        break;
      case op.LONG_BINPUT:
        remember(reader.u32());
        break;
      case op.MEMOIZE:
        remember(memo.size);
        break;
      case op.BINGET:
        stack.push(recall(reader.u8()));
        break;
      case op.LONG_BINGET:
        stack.push(recall(reader.u32()));
        break;

      case op.GLOBAL:
        stack.push(name(reader.line(), reader.line()));
        break;
      case op.STACK_GLOBAL: {
        const [module = null, attribute = null] = stack.popMany(2);
        stack.push(name(module, attribute));
        break;
      }
      case op.INST: {
        // From protocol 0; read only to name the object in the error.
        const { name: made } = name(reader.line(), reader.line());
        fail(`makes ${made} in a way that torch.save does not`);
        break;
      }
      case op.REDUCE:
      case op.NEWOBJ: {
        const [callee = null, args = null] = stack.popMany(2);
        stack.push(call(callee, args));
        break;
      }
      case op.BUILD: {
        // Attributes, such as the _metadata of an OrderedDict, do not affect weights.
        stack.pop();
        const target = stack.top();
        if (!(target instanceof Map) && !isNamed(target, 'call'))
          fail('sets attributes of something that cannot have any');
        break;
      }
      case op.BINPERSID:
        stack.push({ kind: 'persistent', id: stack.pop() });
        break;

      default:
        fail(`has operation 0x${code.toString(16)} at byte ${reader.at - 1}, which torch.save does not write`);
    }
  }
  return fail(`has more than ${maxOperations} operations`);
}

const refusal =
  'which is not supported: only tensors in plain containers are read, and nothing is executed. If you trust the file, save ' +
  'its weights alone (torch.save(model.state_dict(), FILE)) or as safetensors';

/** Two's complement, little-endian, up to 255 bytes. */
function parseLong(bytes: Uint8Array): number | bigint {
  const bits = [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const value = BigInt.asIntN(bytes.length * 8, bits);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
