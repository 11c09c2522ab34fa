export interface RarSizes {
  readonly dimension: number;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly classes: number;
  readonly cells: number;
}

/** The shape of every parameter of RAR's public checkpoints. */
export function rarShapes(sizes: RarSizes): Record<string, readonly number[]> {
  const { dimension, layers, hidden, heads, vocabulary, classes, cells } = sizes;
  const shapes: Record<string, readonly number[]> = {
    cls_token: [1, 1, dimension],
    pos_embed: [1, cells + 1024, dimension],
    target_aware_pos_embed: [1, cells + 1024, dimension],
    timesteps_embeddings: [1, cells + 100, dimension],
    'embeddings.weight': [vocabulary + 1 + classes + 1, dimension],
  };
  const affine = (name: string, ...shape: number[]) => {
    shapes[`${name}.weight`] = shape;
    shapes[`${name}.bias`] = shape.slice(0, 1);
  };
  for (let i = 0; i < layers; i++) {
    const at = `blocks.${i}`;
    affine(`${at}.norm1`, dimension);
    affine(`${at}.attn.qkv`, 3 * dimension, dimension);
    affine(`${at}.attn.q_norm`, dimension / heads);
    affine(`${at}.attn.k_norm`, dimension / heads);
    affine(`${at}.attn.proj`, dimension, dimension);
    affine(`${at}.norm2`, dimension);
    affine(`${at}.mlp.fc1`, hidden, dimension);
    affine(`${at}.mlp.fc2`, dimension, hidden);
    affine(`${at}.adaLN_modulation.1`, 6 * dimension, dimension);
  }
  affine('adaln_before_head.adaLN_modulation.1', 2 * dimension, dimension);
  affine('lm_head', vocabulary, dimension);
  return shapes;
}
