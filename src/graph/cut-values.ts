import type { ConcatAttributes } from '../ops/concat.ts';
import { denseStrides } from '../ops/lib/axes.ts';
import { slicedType } from '../ops/lib/sliced-type.ts';
import { slice, type SliceAttributes } from '../ops/slice.ts';
import { elementCount, sameShape } from '../tensor/shape.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import type { FreshNames } from './fresh-names.ts';
import type { Graph, GraphNode } from './graph.ts';
import { type Box, intersection, outermostAxis, type Region, wholeRegion } from './region.ts';

/** A value of its own that holds a box of another. */
export interface Piece extends Box {
  readonly name: string;
}

/**
 * A graph in the making, in which some values of another are held by several. Who reads a region gets a value that holds
 * exactly that: a piece where one fits, otherwise a copy made by slice and concat nodes, once for all who read the same.
 */
export class CutValues {
  readonly nodes: GraphNode[] = [];
  readonly values: Record<string, TensorType>;
  readonly constants: Record<string, Tensor>;
  readonly pieces: Map<string, readonly Piece[]> = new Map<string, readonly Piece[]>();
  readonly #source: Graph;
  readonly #names: FreshNames;
  readonly #copies = new Map<string, string>();

  constructor(graph: Graph, names: FreshNames) {
    this.#source = graph;
    this.#names = names;
    this.values = { ...graph.values };
    this.constants = { ...graph.constants };
  }

  /** A constant's data in a region; undefined for what is computed. */
  constant(region: Region): Tensor | undefined {
    if (!Object.hasOwn(this.#source.constants, region.value)) return undefined;
    return sliceConstant(this.#source.constants[region.value], region);
  }

  /** Name of a value that holds the region. */
  read(region: Region): string {
    const { value, begin, type } = region;
    const pieces = this.pieces.get(value);
    if (pieces === undefined && sameShape(type.shape, this.#source.values[value].shape)) return value;
    const exact = pieces?.find((piece) => isSameBox(piece, region));
    if (exact !== undefined) return exact.name;
    const key = JSON.stringify([value, begin, type.shape]);
    const name = this.#copies.get(key) ?? this.#copy(region);
    this.#copies.set(key, name);
    return name;
  }

  #copy(region: Region): string {
    const { value } = region;
    if (Object.hasOwn(this.constants, value)) return this.store(region).name;
    const whole = this.#source.values[value];
    const pieces = this.pieces.get(value) ?? [{ ...wholeRegion(value, whole), name: value }];
    const parts = pieces.flatMap((piece) => {
      const common = intersection(piece, region);
      return common === undefined ? [] : [{ piece, common: { value, ...common } }];
    });
    if (parts.length === 1) return this.#slice(parts[0].piece, region).name;
    return this.join(
      value,
      parts.map(({ common }) => ({ ...common, name: this.read(common) })),
    ).name;
  }

  /** Adds a value that holds a region of an input or a constant. */
  store(region: Region): Piece {
    const name = this.#names.next(`${region.value}/part`);
    this.values[name] = region.type;
    const constant = this.constant(region);
    if (constant !== undefined) this.constants[name] = constant;
    return { ...region, name };
  }

  /** Adds a node whose outputs hold these regions, under names of their own where they are not the whole value. */
  add(node: Omit<GraphNode, 'outputs'>, outputs: readonly Region[]): readonly Piece[] {
    const isWhole = outputs.every(({ value, type }) => sameShape(type.shape, this.#source.values[value].shape));
    const pieces = outputs.map(({ value, begin, type }): Piece => {
      const name = isWhole ? value : this.#names.next(`${value}/part`);
      this.values[name] = type;
      return { name, begin, type };
    });
    const name = isWhole ? node.name : this.#names.next(`${node.name}/part`);
    this.nodes.push({ ...node, name, outputs: pieces.map((piece) => piece.name) });
    return pieces;
  }

  /**
   * The neighbouring pieces as one: joined along the inner axes in which they differ first.
   * @param node the node whose whole output this is: its name is free, and so is the value's
   */
  join(value: string, pieces: readonly Piece[], node?: string, axis = 0): Piece {
    if (pieces.length === 1) return pieces[0];
    const groups = new Map<number, Piece[]>();
    for (const piece of pieces) {
      const group = groups.get(piece.begin[axis]);
      if (group === undefined) groups.set(piece.begin[axis], [piece]);
      else group.push(piece);
    }
    if (groups.size === 1) return this.join(value, pieces, node, axis + 1);
    const parts = [...groups.values()].map((group) => this.join(value, group, undefined, axis + 1));
    const [{ begin, type }] = parts;
    const length = parts.reduce((sum, part) => sum + part.type.shape[axis], 0);
    const shape = type.shape.map((size, other) => (other === axis ? length : size));
    const attributes: ConcatAttributes = { axis, activation: 'none' };
    const name = node === undefined ? this.#names.next(`${value}/join`) : value;
    const joined = { name, begin, type: slicedType(this.#source.values[value], begin, shape) };
    return this.#define(node ?? name, 'concat', attributes, parts, joined);
  }

  /** A copy of a region that lies within the piece. */
  #slice(piece: Piece, { value, begin, type }: Region): Piece {
    const attributes: SliceAttributes = {
      begin: begin.map((first, axis) => first - piece.begin[axis]),
      size: type.shape,
      strides: type.shape.map(() => 1),
    };
    const name = this.#names.next(`${value}/slice`);
    return this.#define(name, 'slice', attributes, [piece], { name, begin, type });
  }

  #define(name: string, op: string, attributes: object, inputs: readonly Piece[], result: Piece): Piece {
    this.values[result.name] = result.type;
    this.nodes.push({ name, op, attributes, inputs: inputs.map((input) => input.name), outputs: [result.name] });
    return result;
  }
}

function isSameBox(a: Box, b: Box): boolean {
  return sameShape(a.type.shape, b.type.shape) && a.begin.every((first, axis) => first === b.begin[axis]);
}

/** Without a copy where the region's elements follow each other. */
function sliceConstant(tensor: Tensor, { value, begin, type }: Region): Tensor {
  if (sameShape(type.shape, tensor.shape)) return tensor;
  const axis = outermostAxis(type.shape);
  const isOneRange =
    axis < 0 || type.shape.slice(axis + 1).every((size, inner) => size === tensor.shape[axis + 1 + inner]);
  if (isOneRange) {
    const strides = denseStrides(tensor.shape);
    const start = begin.reduce((offset, first, index) => offset + first * strides[index], 0);
    return { ...type, data: tensor.data.subarray(start, start + elementCount(type.shape)) };
  }
  const attributes: SliceAttributes = { begin, size: type.shape, strides: type.shape.map(() => 1) };
  const context = { name: value, attributes, inputs: [tensor], constants: [tensor], outputs: [type] };
  return slice.reference({ ...context, rounding: 'float' }, [tensor])[0];
}
