import { FormatError } from '../../../errors.ts';
import { type OperatorFamily, reshapeTo, type Step } from '../operator.ts';

/** NON_MAX_SUPPRESSION_V4, and V5 where no score decays: its outputs are indices, for V5 scores, and how many. */
export const nonMaxSuppression: OperatorFamily = {
  types: ['NON_MAX_SUPPRESSION_V4', 'NON_MAX_SUPPRESSION_V5'],
  takesInt32: true,
  inputCount: [5, 6],
  outputCount: [2, 3],
  parameters: [2, 3, 4, 5],
  read(operator) {
    const { outputs, where } = operator;
    const isSoft = operator.type === 'NON_MAX_SUPPRESSION_V5';
    const types = outputs.map(({ type }) => type).join();
    if (types !== (isSoft ? 'INT32,FLOAT32,INT32' : 'INT32,INT32')) {
      throw operator.unsupported(`outputs of the types ${types}`);
    }
    const wrong = operator.inputs.slice(0, 2).find((tensor) => tensor?.type !== 'FLOAT32');
    if (wrong !== undefined) throw operator.unsupported(`boxes or scores of the type ${wrong.type}`);
    if (isSoft && operator.number(5) !== 0) throw operator.unsupported('scores that decay where boxes overlap');
    const [maxPerClass, ...others] = operator.integers(2);
    if (maxPerClass === undefined || others.length > 0) {
      throw new FormatError(`tflite: ${where}: its input 2 is not one number.`);
    }
    const attributes = {
      maxPerClass,
      iouThreshold: operator.number(3),
      dropsEqualOverlap: true,
      scoreThreshold: operator.number(4),
      keepsEqualScore: false,
    };
    return ([boxes, scores]) => {
      const steps: Step[] = [
        { ...reshapeTo([1, ...boxes!.shape]), operands: [{ input: 0 }] },
        { ...reshapeTo([1, 1, ...scores!.shape]), operands: [{ input: 1 }] },
        {
          op: 'non-max-suppression',
          attributes,
          operands: [{ step: 0 }, { step: 1 }],
          results: [{ dtype: 'int32' }, { dtype: 'float32' }, { dtype: 'int32' }],
        },
      ];
      const made = isSoft ? [0, 1, 2] : [0, 2];
      const outputsMade = made.map((result) => {
        const shape = result === 2 ? [] : [maxPerClass];
        return steps.push({ ...reshapeTo(shape), operands: [{ step: 2, result }] }) - 1;
      });
      return { steps, outputs: outputsMade };
    };
  },
};
