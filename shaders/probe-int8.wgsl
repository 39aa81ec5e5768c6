// The inner loop that every int8 kernel shares, alone: 4 rows times 4 columns of products over K_WORDS words.
// One invocation computes one 4×4 tile; adjacent invocations share their words, so that arithmetic rules.
//#import engine-dp4a
const K_WORDS: u32 = 64;
const WORKGROUP_SIZE: u32 = 64;

@group(0) @binding(1) var<storage, read> words: array<vec4<u32>, 2u * K_WORDS>;
@group(0) @binding(2) var<storage, read_write> sums: array<i32, WORKGROUP_SIZE>;

// One row of the tile: named components, because an indexed array would live in memory instead of registers.
fn multiplyAddRow(sums: vec4<Sum>, row: Operand, a: Operand, b: Operand, c: Operand, d: Operand) -> vec4<Sum> {
  return vec4<Sum>(
    multiplyAdd(sums.x, row, a),
    multiplyAdd(sums.y, row, b),
    multiplyAdd(sums.z, row, c),
    multiplyAdd(sums.w, row, d),
  );
}

fn rowTotal(sums: vec4<Sum>) -> i32 {
  return sumToTotal(sums.x) + sumToTotal(sums.y) + sumToTotal(sums.z) + sumToTotal(sums.w);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(local_invocation_index) localIndex: u32) {
  var row0: vec4<Sum>;
  var row1: vec4<Sum>;
  var row2: vec4<Sum>;
  var row3: vec4<Sum>;
  for (var k = 0u; k < K_WORDS; k++) {
    let rows = words[2u * k];
    let columns = words[2u * k + 1u];
    // Each word is made an operand once and used four times, as in the kernels.
    let a = operand(columns.x);
    let b = operand(columns.y);
    let c = operand(columns.z);
    let d = operand(columns.w);
    row0 = multiplyAddRow(row0, operand(rows.x), a, b, c, d);
    row1 = multiplyAddRow(row1, operand(rows.y), a, b, c, d);
    row2 = multiplyAddRow(row2, operand(rows.z), a, b, c, d);
    row3 = multiplyAddRow(row3, operand(rows.w), a, b, c, d);
  }
  sums[localIndex] = rowTotal(row0) + rowTotal(row1) + rowTotal(row2) + rowTotal(row3);
}
