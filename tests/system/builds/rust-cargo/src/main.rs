use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

fn main() {
    let listener = TcpListener::bind("0.0.0.0:7000").expect("port 7000");
    for stream in listener.incoming() {
        let mut stream = stream.expect("connection");
        let mut lines = BufReader::new(stream.try_clone().expect("stream")).lines();
        let first = lines.next().and_then(Result::ok).unwrap_or_default();
        while let Some(Ok(line)) = lines.next() {
            if line.is_empty() {
                break;
            }
        }
        let mut length = itoa::Buffer::new();
        let body = format!("{} {}\n", first, length.format(first.len()));
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", body.len(), body);
    }
}
