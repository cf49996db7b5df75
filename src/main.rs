//! The program that a browser loads. All of it is in the library, which the tests link as well. Cargo optimizes a program
//! as a whole, but not a library that is both linked and loaded.

use pingone_mfa as _;

fn main() {}
