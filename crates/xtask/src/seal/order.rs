//! Puts functions with similar code next to each other. gzip finds repetitions only within 32 kB, and what the compiler
//! makes of one generic function for several types is often further apart.
#![expect(clippy::indexing_slicing, reason = "indexes are positions in the vectors they were made from")]

use std::collections::{HashMap, VecDeque};

use wasm_encoder::{NameMap, NameSection, Section as _};
use wasmparser::{BinaryReaderError, Parser, Payload, TypeRef};

/// Length of the byte sequences that functions are compared by.
const SEQUENCE: usize = 6;

/// How many bytes of code a function is compared with: a little less than gzip remembers.
const WINDOW: usize = 28_000;

/// Added to the length of a function, so that a short one isn't next because of a few bytes.
const SHORT: usize = 100;

/// Gives the functions of a wasm without names such names that wasm-opt's `--reorder-functions-by-name` puts similar
/// functions next to each other.
pub(super) fn name_by_similarity(mut wasm: Vec<u8>) -> Result<Vec<u8>, BinaryReaderError> {
    let (imported, bodies) = functions(&wasm)?;
    let mut places: Vec<(usize, usize)> = Order::new(&bodies).zip(0..).collect();
    places.sort_unstable();
    let mut names = NameMap::new();
    for (index, (_, place)) in (imported..).zip(places) {
        names.append(index, &format!("{place:06}"));
    }
    let mut section = NameSection::new();
    section.functions(&names);
    section.append_to(&mut wasm);
    Ok(wasm)
}

/// The number of imported functions, and the code of the others.
fn functions(wasm: &[u8]) -> Result<(u32, Vec<&[u8]>), BinaryReaderError> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => {
                let mut reader = body.get_binary_reader();
                bodies.push(reader.read_bytes(reader.bytes_remaining())?);
            }
            _ => {}
        }
    }
    Ok((imported, bodies))
}

struct Function {
    len: usize,
    sequences: Vec<usize>,
    is_placed: bool,
    /// How many of its sequences are in the window.
    common: usize,
}

/// A byte sequence that several functions contain.
struct Sequence {
    functions: Vec<usize>,
    /// How many functions of the window contain it.
    seen: usize,
}

/// The functions' positions: first the largest, then always the one that has most in common with the ones before it, for
/// its length.
struct Order {
    functions: Vec<Function>,
    sequences: Vec<Sequence>,
    /// The functions placed last, and how long they are together.
    window: VecDeque<usize>,
    bytes: usize,
}

impl Order {
    fn new(bodies: &[&[u8]]) -> Self {
        let mut containing: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for (function, body) in bodies.iter().enumerate() {
            for sequence in body.windows(SEQUENCE) {
                let functions = containing.entry(sequence).or_default();
                if functions.last() != Some(&function) {
                    functions.push(function);
                }
            }
        }
        let mut functions: Vec<_> = bodies
            .iter()
            .map(|body| Function { len: body.len(), sequences: Vec::new(), is_placed: false, common: 0 })
            .collect();
        // Sorted, because the order of a hash table isn't the same in every build.
        let mut shared: Vec<_> = containing.into_values().filter(|functions| functions.len() > 1).collect();
        shared.sort_unstable();
        for (sequence, containing) in shared.iter().enumerate() {
            for function in containing {
                functions[*function].sequences.push(sequence);
            }
        }
        let sequences = shared.into_iter().map(|functions| Sequence { functions, seen: 0 }).collect();
        Self { functions, sequences, window: VecDeque::new(), bytes: 0 }
    }

    fn enter_window(&mut self, function: usize) {
        self.window.push_back(function);
        self.bytes += self.functions[function].len;
        for sequence in &self.functions[function].sequences.clone() {
            let sequence = &mut self.sequences[*sequence];
            sequence.seen += 1;
            if sequence.seen == 1 {
                for function in &sequence.functions {
                    self.functions[*function].common += 1;
                }
            }
        }
    }

    fn leave_window(&mut self, function: usize) {
        self.bytes -= self.functions[function].len;
        for sequence in &self.functions[function].sequences.clone() {
            let sequence = &mut self.sequences[*sequence];
            sequence.seen -= 1;
            if sequence.seen == 0 {
                for function in &sequence.functions {
                    self.functions[*function].common -= 1;
                }
            }
        }
    }
}

impl Iterator for Order {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let left = self.functions.iter().enumerate().filter(|(_, function)| !function.is_placed);
        let (next, _) = if self.window.is_empty() {
            left.max_by_key(|(_, function)| function.len)?
        } else {
            left.max_by_key(|(_, function)| 1_000_000 * function.common / (function.len + SHORT))?
        };
        self.functions[next].is_placed = true;
        self.enter_window(next);
        while self.bytes > WINDOW && self.window.len() > 1 {
            if let Some(oldest) = self.window.pop_front() {
                self.leave_window(oldest);
            }
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_functions_are_next_to_each_other() {
        let (table, form): (Vec<u8>, Vec<u8>) = ((10..60).collect(), (100..140).collect());
        let bodies = [&table[..], &form, &table[1..], &form[2..]];
        assert_eq!(Order::new(&bodies).collect::<Vec<_>>(), [0, 2, 3, 1]);
    }

    #[test]
    fn every_function_has_a_place_also_without_code_in_common() {
        let bodies: [&[u8]; 4] = [b"", b"a", b"not similar", b"to anything here"];
        let mut order: Vec<_> = Order::new(&bodies).collect();
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2, 3]);
    }
}
