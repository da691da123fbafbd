fn main() {
    let at = memchr::memchr(b'y', b"quay").unwrap_or(0);
    println!("{}", itoa::Buffer::new().format(at));
}
