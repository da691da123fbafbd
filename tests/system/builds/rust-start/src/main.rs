fn main() {
    let mut buffer = itoa::Buffer::new();
    let sum: i64 = std::env::args().skip(1).filter_map(|each| each.parse::<i64>().ok()).sum();
    println!("{}", buffer.format(sum));
}
