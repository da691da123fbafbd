fn main() {
    let mut buffer = itoa::Buffer::new();
    // Cargo gives the name of the subcommand first.
    let sum: i64 = std::env::args().skip(2).filter_map(|each| each.parse::<i64>().ok()).sum();
    println!("{}", buffer.format(sum));
}
