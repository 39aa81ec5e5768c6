// Weights stored as the activations are.
alias WeightWord = Word;

fn weightOperand(word: WeightWord) -> Operand {
  return operand(word);
}
