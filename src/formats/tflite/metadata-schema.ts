// Field numbers of the public schema of TFLite's model metadata, identifier M001, version 1.x. Only what is read is here.

export const modelMetadataSchema = {
  table: 'ModelMetadata',
  fields: { name: 0, description: 1, version: 2, subgraph_metadata: 3, author: 4, license: 5 },
} as const;

export const subGraphMetadataSchema = {
  table: 'SubGraphMetadata',
  fields: { input_tensor_metadata: 2, output_tensor_metadata: 3 },
} as const;

export const tensorMetadataSchema = {
  table: 'TensorMetadata',
  fields: { name: 0, description: 1, content: 3, process_units: 4, stats: 5, associated_files: 6 },
} as const;

/** A union is two fields: the number of its member, and the member. */
export const contentSchema = {
  table: 'Content',
  fields: { content_properties_type: 0, content_properties: 1 },
} as const;

export const imageSchema = { table: 'ImageProperties', fields: { color_space: 0 } } as const;

export const processUnitSchema = { table: 'ProcessUnit', fields: { options_type: 0, options: 1 } } as const;

export const normalizationSchema = { table: 'NormalizationOptions', fields: { mean: 0, std: 1 } } as const;

export const statsSchema = { table: 'Stats', fields: { max: 0, min: 1 } } as const;

export const associatedFileSchema = { table: 'AssociatedFile', fields: { name: 0, type: 2 } } as const;
