// As little as a launch can do that needs the one before it: counts launches in one word.
@group(0) @binding(1) var<storage, read_write> count: array<u32, 1>;

@compute @workgroup_size(1)
fn main() {
  count[0]++;
}
