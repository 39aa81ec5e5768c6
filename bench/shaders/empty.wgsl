// A launch that does nothing and needs nothing.
@compute @workgroup_size(1)
fn main() {}
