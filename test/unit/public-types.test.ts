import { expectTypeOf, test } from 'vitest';
import type {
  Activation,
  DenseOptions,
  HostInput,
  importTflite,
  LayerCall,
  InputSource,
  LoadProgress,
  readSafetensors,
  RunInput,
  SafetensorsContent,
  SessionOptions,
  SymbolicValue,
  TfliteImportOptions,
} from '../../src/index.ts';

// The compiler is what checks these: whoever writes a function around the library's can name what it takes and gives.
test('what public signatures name is public', () => {
  expectTypeOf<Parameters<typeof importTflite>[1]>().toEqualTypeOf<TfliteImportOptions | undefined>();
  expectTypeOf<ReturnType<typeof readSafetensors>>().toEqualTypeOf<SafetensorsContent>();
  expectTypeOf<SessionOptions['onProgress']>().toEqualTypeOf<LoadProgress | undefined>();
  expectTypeOf<DenseOptions['activation']>().toEqualTypeOf<Activation | undefined>();
  expectTypeOf<SymbolicValue['source']>().toEqualTypeOf<InputSource | LayerCall>();
  expectTypeOf<HostInput>().toExtend<RunInput>();
});
