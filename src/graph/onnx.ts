import { basename, dirname } from 'node:path';
import protobuf from 'protobufjs';
import type { Parameter } from '../checkpoint/parameters.js';
import type { PlacedWeights } from '../checkpoint/safetensors-file.js';
import type { StoredType } from '../checkpoint/weight-file.js';

/**
 * Builds an ONNX graph with typed calls. Weights stay in their file: the model refers to them as external data, which
 * ONNX Runtime maps. So a graph takes a few kilobytes, has no two-gigabyte limit, and no weight passes through
 * JavaScript.
 */
export class GraphBuilder {
  readonly #nodes: NodeMessage[] = [];
  readonly #initializers: TensorMessage[] = [];
  readonly #inputs: ValueMessage[] = [];
  readonly #outputs: ValueMessage[] = [];
  readonly #weights = new Map<string, Value>();
  /** The external names of output values. */
  readonly #outputNames = new Map<Value, Value>();
  #serial = 0;

  /** @param floatType The type in which nodes see float weights and constants. */
  constructor(
    readonly name: string,
    readonly floatType: 'F32' | 'F16' = 'F32',
  ) {}

  /** Adds a graph input. Dimensions are numbers, or names for sizes known only at run time. */
  input(name: string, type: ValueType, shape: readonly (number | string)[]): Value {
    this.#inputs.push(valueMessage(name, type, shape));
    return name as Value;
  }

  /**
   * @param value The output of a node. It may be used by other nodes as well; marking it as an output does not copy it.
   */
  output(name: string, value: Value, type: ValueType, shape: readonly (number | string)[]): void {
    this.#outputNames.set(value, name as Value);
    this.#outputs.push(valueMessage(name, type, shape));
  }

  /**
   * Adds a parameter. Nodes see `floatType` for every float type: ONNX Runtime converts once, when the session is created.
   *
   * @param shape Another shape with as many numbers.
   */
  weight({ name, dtype, shape: stored }: Parameter, shape: readonly number[] = stored): Value {
    const known = this.#weights.get(name);
    if (known !== undefined) return known;
    this.#initializers.push({ name, dims: [...shape], dataType: typeNumbers[dtype], dataLocation: 1 });
    const isAsWanted = dtype === this.floatType || !isFloat(dtype);
    const value = isAsWanted ? (name as Value) : this.cast(name as Value, this.floatType);
    this.#weights.set(name, value);
    return value;
  }

  cast(value: Value, type: StoredType): Value {
    return this.node('Cast', [value], { to: typeNumbers[type] });
  }

  /** Constants of type `floatType`. */
  floats(values: readonly number[] | Float32Array, shape: readonly number[] = [values.length]): Value {
    const constant = this.#constant('F32', new Uint8Array(Float32Array.from(values).buffer), shape);
    return this.floatType === 'F32' ? constant : this.cast(constant, this.floatType);
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.#constant('I64', new Uint8Array(BigInt64Array.from(values, BigInt).buffer), shape);
  }

  /** A uint8 scalar. */
  byte(value: number): Value {
    return this.#constant('U8', Uint8Array.of(value), []);
  }

  /** Adds a node with one output. `com.microsoft` operators include their domain: `com.microsoft.FusedMatMul`. */
  node(operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const [only] = this.nodes(operator, inputs, 1, attributes);
    return only as Value;
  }

  nodes(operator: string, inputs: readonly Value[], outputs: number, attributes: Attributes = {}): Value[] {
    const dot = operator.lastIndexOf('.');
    const opType = operator.slice(dot + 1);
    const name = `${opType}_${this.#serial++}`;
    const output = Array.from({ length: outputs }, (_, i) => `${name}:${i}` as Value);
    const attribute = Object.entries(attributes).map(([key, value]) => attributeMessage(key, value));
    this.#nodes.push({
      opType,
      domain: dot < 0 ? '' : operator.slice(0, dot),
      name,
      input: [...inputs],
      output,
      attribute,
    });
    return output;
  }

  /** @param file The file that holds all weights in use. */
  build(file: Pick<PlacedWeights, 'file' | 'place'>): Graph {
    const location = basename(file.file);
    const placed = this.#initializers.map((initializer) =>
      initializer.dataLocation === undefined ? initializer : { ...initializer, externalData: place(initializer.name) },
    );
    const outside = (value: Value): Value => this.#outputNames.get(value) ?? value;
    const model = {
      irVersion: 10,
      producerName: 'randar',
      graph: {
        name: this.name,
        node: this.#nodes.map((node) => ({
          ...node,
          input: node.input.map(outside),
          output: node.output.map(outside),
        })),
        initializer: placed,
        input: this.#inputs,
        output: this.#outputs,
      },
      opsetImport: [
        { domain: '', version: 21 },
        { domain: 'com.microsoft', version: 1 },
      ],
    };
    return {
      name: this.name,
      model: modelProto.encode(modelProto.create(model)).finish(),
      folder: dirname(file.file),
      multipliesBytes: this.#nodes.some(({ domain, opType }) => `${domain}.${opType}` === byteProduct),
    };

    function place(name: string) {
      const { offset, length } = file.place(name);
      return Object.entries({ location, offset, length }).map(([key, value]) => ({ key, value: String(value) }));
    }
  }

  #constant(type: StoredType, rawData: Uint8Array, shape: readonly number[]): Value {
    const name = `constant_${this.#serial++}`;
    this.#initializers.push({ name, dims: [...shape], dataType: typeNumbers[type], rawData });
    return name as Value;
  }
}

/** A finished graph: the bytes of the ModelProto, and the directory of the weights file it refers to. */
export interface Graph {
  readonly name: string;
  readonly model: Uint8Array;
  readonly folder: string;
  /** Whether it multiplies unsigned with signed bytes, which saturates on some processors. */
  readonly multipliesBytes: boolean;
}

/** The operator used for int8 layers. */
export const byteProduct = 'com.microsoft.MatMulIntegerToFloat';

/** Types of a graph's inputs and outputs. */
export type ValueType = 'float32' | 'float16' | 'float64' | 'int32' | 'int64';

const storedAs: Readonly<Record<ValueType, StoredType>> = {
  float32: 'F32',
  float16: 'F16',
  float64: 'F64',
  int32: 'I32',
  int64: 'I64',
};

/** The name of a value in a graph. */
export type Value = string & { readonly __value: true };

/** Stands for an optional input that a node does not get. */
export const absent = '' as Value;

export type Attributes = Readonly<Record<string, Attribute>>;
/**
 * Integers and lists of integers become ONNX ints. A float is written `{ float: 1 }`, since JavaScript cannot tell 1
 * from 1.0.
 */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** TensorProto.DataType */
const typeNumbers: Record<StoredType, number> = {
  F32: 1,
  U8: 2,
  I8: 3,
  I32: 6,
  I64: 7,
  BOOL: 9,
  F16: 10,
  F64: 11,
  BF16: 16,
};

function isFloat(dtype: StoredType): boolean {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'F64';
}

interface AttributeMessage {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  ints?: number[];
}
interface NodeMessage {
  opType: string;
  domain: string;
  name: string;
  input: Value[];
  output: Value[];
  attribute: AttributeMessage[];
}
interface TensorMessage {
  name: string;
  dims: number[];
  dataType: number;
  rawData?: Uint8Array;
  dataLocation?: number;
  externalData?: { key: string; value: string }[];
}
type ValueMessage = ReturnType<typeof valueMessage>;

function valueMessage(name: string, type: ValueType, shape: readonly (number | string)[]) {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: typeNumbers[storedAs[type]], shape: { dim } } } };
}

/** AttributeProto.AttributeType: FLOAT 1, INT 2, STRING 3, INTS 7. */
function attributeMessage(name: string, value: Attribute): AttributeMessage {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: [...value] };
}

/** The part of onnx.proto that the graphs use. Source: github.com/onnx/onnx, onnx/onnx.proto. */
const modelProto = protobuf
  .parse(
    `syntax = "proto3";
    message AttributeProto {
      string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated int64 ints = 8; int32 type = 20;
    }
    message NodeProto {
      repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
      repeated AttributeProto attribute = 5; string domain = 7;
    }
    message StringStringEntryProto { string key = 1; string value = 2; }
    message TensorProto {
      repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9;
      repeated StringStringEntryProto external_data = 13; int32 data_location = 14;
    }
    message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
    message TensorShapeProto { repeated Dimension dim = 1; }
    message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
    message TypeProto { TensorTypeProto tensor_type = 1; }
    message ValueInfoProto { string name = 1; TypeProto type = 2; }
    message GraphProto {
      repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
      repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
    }
    message OperatorSetIdProto { string domain = 1; int64 version = 2; }
    message ModelProto {
      int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7;
      repeated OperatorSetIdProto opset_import = 8;
    }`,
  )
  .root.lookupType('ModelProto');
