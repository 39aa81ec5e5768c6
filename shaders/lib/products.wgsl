// The loops of a product of two matrices, neither of which is known before, the same for every number type and engine:
// total[m, n] = Σₖ (a[m, k] − za) · (b[k, n] − zb), for each pair of matrices of a batch. Either may be stored transposed.
// One invocation computes a block of four rows and a quad of columns; adjacent invocations take adjacent columns. Blocks
// are those of blocks-float or blocks-int8.
//#import linear-index
//#import coordinates
//#import channel-sums-symmetric
// The axes of the batch, and how many quads each operand moves along them: 0 where it is repeated.
const SIZE_0: u32 = 1;
const SIZE_1: u32 = 1;
const SIZE_2: u32 = 1;
const SIZE_3: u32 = 1;
const A_STRIDE_0: u32 = 0;
const A_STRIDE_1: u32 = 0;
const A_STRIDE_2: u32 = 0;
const A_STRIDE_3: u32 = 0;
const B_STRIDE_0: u32 = 0;
const B_STRIDE_1: u32 = 0;
const B_STRIDE_2: u32 = 0;
const B_STRIDE_3: u32 = 0;
const BATCHES: u32 = 1;
const ROWS: u32 = 1;
const COLUMNS: u32 = 1;
const DEPTH: u32 = 1;
// Whether a is stored [k, m], and b [n, k].
const A_TRANSPOSED: u32 = 0;
const B_TRANSPOSED: u32 = 0;
const A_ZERO_POINT: i32 = 0;
// Steps of four k whose sums go to totals together, and how often that happens.
const STEPS: u32 = 1;
const CHUNKS: u32 = 1;

fn quadsOf(length: u32) -> u32 {
  return (length + 3u) / 4u;
}

// Four rows of a, each with four k. What lies beyond an edge repeats what is there.
fn blockOfA(matrix: u32, rowQuad: u32, step: u32) -> Block {
  if (A_TRANSPOSED == 1u) {
    let first = matrix + rowQuad;
    let at = min(vec4<u32>(step * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(DEPTH - 1u)) * quadsOf(ROWS) + first;
    return transposed(Block(a[at.x], a[at.y], a[at.z], a[at.w]));
  }
  let first = matrix + min(step, quadsOf(DEPTH) - 1u);
  let at = min(vec4<u32>(rowQuad * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(ROWS - 1u)) * quadsOf(DEPTH) + first;
  return Block(a[at.x], a[at.y], a[at.z], a[at.w]);
}

// Four columns of b, each with four k.
fn blockOfB(matrix: u32, quad: u32, step: u32) -> Block {
  if (B_TRANSPOSED == 1u) {
    let first = matrix + min(step, quadsOf(DEPTH) - 1u);
    let at = min(vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(COLUMNS - 1u)) * quadsOf(DEPTH) + first;
    return Block(b[at.x], b[at.y], b[at.z], b[at.w]);
  }
  let first = matrix + quad;
  let at = min(vec4<u32>(step * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(DEPTH - 1u)) * quadsOf(COLUMNS) + first;
  return transposed(Block(b[at.x], b[at.y], b[at.z], b[at.w]));
}

// Without what is no k: padding may hold anything.
fn withinDepth(block: Block, count: u32) -> Block {
  if (count >= 4u) {
    return block;
  }
  return Block(
    firstLanes(block.r0, count), firstLanes(block.r1, count), firstLanes(block.r2, count), firstLanes(block.r3, count));
}

fn storeRow(row: u32, batch: u32, quad: u32, channels: Channels, total: vec4<Total>) {
  if (row < ROWS) {
    let index = (batch * ROWS + row) * quadsOf(COLUMNS) + quad;
    y[index] = outputQuad(total, channels, index);
  }
}

fn multiplyMatrices(index: u32) {
  let quad = index % quadsOf(COLUMNS);
  let block = index / quadsOf(COLUMNS);
  let rowQuad = block % quadsOf(ROWS);
  let batch = block / quadsOf(ROWS);
  if (batch >= BATCHES) {
    return;
  }
  let at = coordinates(batch, vec4<u32>(SIZE_0, SIZE_1, SIZE_2, SIZE_3));
  let matrixA = dot(at, vec4<u32>(A_STRIDE_0, A_STRIDE_1, A_STRIDE_2, A_STRIDE_3));
  let matrixB = dot(at, vec4<u32>(B_STRIDE_0, B_STRIDE_1, B_STRIDE_2, B_STRIDE_3));
  let channels = channelsOf(quad);
  let zeroPoints = channels.weightZeroPoints;
  var total0 = vec4<Total>();
  var total1 = vec4<Total>();
  var total2 = vec4<Total>();
  var total3 = vec4<Total>();
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    // With values written out: not every driver zeroes a variable anew in each iteration.
    var sums0 = ChannelSums();
    var sums1 = ChannelSums();
    var sums2 = ChannelSums();
    var sums3 = ChannelSums();
    // Of b alone, for the zero point of a.
    var columnSums = ChannelSums();
    for (var inChunk = 0u; inChunk < STEPS; inChunk++) {
      let step = chunk * STEPS + inChunk;
      let count = DEPTH - min(step * 4u, DEPTH);
      let rows = withinDepth(blockOfA(matrixA, rowQuad, step), count);
      let columns = withinDepth(blockOfB(matrixB, quad, step), count);
      let weights = Weights(operand(columns.r0), operand(columns.r1), operand(columns.r2), operand(columns.r3));
      sums0 = accumulate(sums0, operand(rows.r0), weights);
      sums1 = accumulate(sums1, operand(rows.r1), weights);
      sums2 = accumulate(sums2, operand(rows.r2), weights);
      sums3 = accumulate(sums3, operand(rows.r3), weights);
      if (A_ZERO_POINT != 0) {
        columnSums = accumulate(columnSums, operand(firstLanes(oneEach, count)), weights);
      }
    }
    let offsets = Total(A_ZERO_POINT) * channelTotals(columnSums, zeroPoints);
    total0 += channelTotals(sums0, zeroPoints) - offsets;
    total1 += channelTotals(sums1, zeroPoints) - offsets;
    total2 += channelTotals(sums2, zeroPoints) - offsets;
    total3 += channelTotals(sums3, zeroPoints) - offsets;
  }
  let row = rowQuad * 4u;
  storeRow(row, batch, quad, channels, total0);
  storeRow(row + 1u, batch, quad, channels, total1);
  storeRow(row + 2u, batch, quad, channels, total2);
  storeRow(row + 3u, batch, quad, channels, total3);
}
