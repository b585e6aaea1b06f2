//! Names that nobody can guess. To know the name is to have the right to what it stands for.

use crate::fingerprint::hexadecimal;

/// A name of `bytes` random bytes from the operating system, as hexadecimal digits.
pub fn unguessable_name(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).expect("the operating system has random numbers");
    hexadecimal(&random)
}
