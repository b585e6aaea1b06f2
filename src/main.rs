//! The program `deep-jammer`.
fn main() {}
