fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let mut buffer = itoa::Buffer::new();
    println!("{} {}", greet::greeting(&name), buffer.format(name.len()));
}
