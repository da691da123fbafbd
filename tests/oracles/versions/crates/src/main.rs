//! Cargo's own semver crate, by precedence: lines «ONE TAB OTHER», answered with -1, 0, 1, or ? where it refuses a version.
use semver::Version;
use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (one, other) = line.split_once('\t').unwrap();
        match (Version::parse(one), Version::parse(other)) {
            (Ok(a), Ok(b)) => println!("{}", a.cmp_precedence(&b) as i8),
            _ => println!("?"),
        }
    }
}
