// The inner loop that every int8 kernel shares, alone: 4 rows times 4 columns of products over K_WORDS words.
// One invocation computes one 4×4 tile; adjacent invocations share their words, so that arithmetic rules.
//#import engine-dp4a
const K_WORDS: u32 = 64;
const WORKGROUP_SIZE: u32 = 64;

@group(0) @binding(1) var<storage, read> words: array<vec4<u32>, 2u * K_WORDS>;
@group(0) @binding(2) var<storage, read_write> sums: array<i32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(local_invocation_index) localIndex: u32) {
  var tile: array<array<Sum, 4>, 4>;
  for (var k = 0u; k < K_WORDS; k++) {
    let rows = words[2u * k];
    let columns = words[2u * k + 1u];
    // Each word is made an operand once and used four times, as in the kernels.
    let operands = array<Operand, 4>(operand(columns.x), operand(columns.y), operand(columns.z), operand(columns.w));
    for (var i = 0u; i < 4u; i++) {
      let row = operand(rows[i]);
      for (var j = 0u; j < 4u; j++) {
        tile[i][j] = multiplyAdd(tile[i][j], row, operands[j]);
      }
    }
  }
  var total = 0i;
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) {
      total += sumToTotal(tile[i][j]);
    }
  }
  sums[localIndex] = total;
}
