//! Puts the functions that are called most first, since a call names a low index in fewer bytes, and then functions with
//! similar code next to each other. gzip finds repetitions only within 32 kB, and what the compiler makes of one generic
//! function for several types is often further apart.
#![expect(clippy::indexing_slicing, reason = "indexes are positions in the vectors they were made from")]
#![expect(clippy::cast_precision_loss, reason = "counts and lengths are far below two to the 52nd")]

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::vec;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    CodeSectionReader, FunctionBody, FunctionSectionReader, Operator, Parser, Payload, TypeRef,
};

/// Length of the byte sequences that functions are compared by.
const SEQUENCE: usize = 6;

/// How many bytes of code a function is compared with: a little less than gzip remembers.
const WINDOW: usize = 28_000;

/// Added to the length of a function, so that a short one isn't next because of a few bytes.
const SHORT: usize = 100;

/// The first indexes, which a call writes with one byte.
const ONE_BYTE: u32 = 128;

/// Puts the functions that are called most first, and then similar ones next to each other.
pub(super) fn sort_functions(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let Code { imported, types, bodies, calls } = Code::read(wasm)?;
    let mut most_called: Vec<usize> = (0..bodies.len()).collect();
    most_called.sort_by_key(|function| Reverse(calls[*function]));
    most_called.truncate(ONE_BYTE.saturating_sub(imported) as usize);
    let code: Vec<_> = bodies.iter().map(FunctionBody::as_bytes).collect();
    let order: Vec<usize> = Order::new(&code, most_called).collect();
    let mut indexes: Vec<u32> = (0..imported).collect();
    indexes.resize(indexes.len() + order.len(), 0);
    for (index, function) in (imported..).zip(&order) {
        indexes[imported as usize + function] = index;
    }
    let mut module = Module::new();
    Sorted { order, indexes, types, bodies }.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

/// Writes a wasm with its functions in another order.
struct Sorted<'wasm> {
    order: Vec<usize>,
    /// The new index of each function.
    indexes: Vec<u32>,
    types: Vec<u32>,
    bodies: Vec<FunctionBody<'wasm>>,
}

impl Reencode for Sorted<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.indexes[function as usize])
    }

    fn parse_function_section(
        &mut self,
        section: &mut FunctionSection,
        _: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        for function in &self.order {
            section.function(self.types[*function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        section: &mut CodeSection,
        _: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        for function in self.order.clone() {
            self.parse_function_body(section, self.bodies[function].clone())?;
        }
        Ok(())
    }
}

/// The functions of a wasm.
struct Code<'wasm> {
    /// How many are imported. Their indexes come first.
    imported: u32,
    /// The types and the code of the others.
    types: Vec<u32>,
    bodies: Vec<FunctionBody<'wasm>>,
    /// How often each of the others is called by name.
    calls: Vec<usize>,
}

impl<'wasm> Code<'wasm> {
    fn read(wasm: &'wasm [u8]) -> Result<Self, Error> {
        let (mut imported, mut types, mut bodies, mut called) = (0, Vec::new(), Vec::new(), HashMap::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => {
                    for function in section {
                        types.push(function?);
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader()? {
                        if let Operator::Call { function_index } = operator? {
                            *called.entry(function_index).or_default() += 1;
                        }
                    }
                    bodies.push(body);
                }
                _ => {}
            }
        }
        let indexes = (imported..).take(bodies.len());
        let calls = indexes.map(|index| called.remove(&index).unwrap_or_default()).collect();
        Ok(Self { imported, types, bodies, calls })
    }
}

struct Function {
    len: usize,
    sequences: Vec<usize>,
    is_placed: bool,
    /// What its sequences that are in the window weigh.
    common: f64,
    /// What that is divided by. It grows slower than the length: gzip finds longer matches in longer functions.
    size: f64,
}

impl Function {
    fn new(len: usize) -> Self {
        let root = ((len + SHORT) as f64).sqrt();
        Self { len, sequences: Vec::new(), is_placed: false, common: 0.0, size: root * root.sqrt() }
    }

    /// How much it has in common with the window, for its length.
    fn similarity(&self) -> f64 {
        self.common / self.size
    }
}

/// A byte sequence that several functions contain.
struct Sequence {
    functions: Vec<usize>,
    /// How many functions of the window contain it.
    seen: usize,
}

impl Sequence {
    /// A sequence that few functions contain weighs more: elsewhere gzip wouldn't find it again.
    fn weight(&self) -> f64 {
        1.0 / (self.functions.len() as f64).sqrt()
    }
}

/// The functions' positions: first the given ones, then the largest, then always the one that has most in common with the
/// ones before it.
struct Order {
    first: vec::IntoIter<usize>,
    functions: Vec<Function>,
    sequences: Vec<Sequence>,
    /// The functions placed last, and how long they are together.
    window: VecDeque<usize>,
    bytes: usize,
}

impl Order {
    fn new(bodies: &[&[u8]], first: Vec<usize>) -> Self {
        let mut containing: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for (function, body) in bodies.iter().enumerate() {
            for sequence in body.windows(SEQUENCE) {
                let functions = containing.entry(sequence).or_default();
                if functions.last() != Some(&function) {
                    functions.push(function);
                }
            }
        }
        let mut functions: Vec<_> = bodies.iter().map(|body| Function::new(body.len())).collect();
        // Sorted, because the order of a hash table isn't the same in every build.
        let mut shared: Vec<_> = containing.into_values().filter(|functions| functions.len() > 1).collect();
        shared.sort_unstable();
        for (sequence, containing) in shared.iter().enumerate() {
            for function in containing {
                functions[*function].sequences.push(sequence);
            }
        }
        let sequences = shared.into_iter().map(|functions| Sequence { functions, seen: 0 }).collect();
        Self { first: first.into_iter(), functions, sequences, window: VecDeque::new(), bytes: 0 }
    }

    fn most_similar(&self) -> Option<usize> {
        let left = self.functions.iter().enumerate().filter(|(_, function)| !function.is_placed);
        let (next, _) = if self.window.is_empty() {
            left.max_by_key(|(_, function)| function.len)?
        } else {
            left.max_by(|(_, one), (_, other)| one.similarity().total_cmp(&other.similarity()))?
        };
        Some(next)
    }

    fn enter_window(&mut self, function: usize) {
        self.window.push_back(function);
        self.bytes += self.functions[function].len;
        for sequence in &self.functions[function].sequences.clone() {
            let sequence = &mut self.sequences[*sequence];
            sequence.seen += 1;
            if sequence.seen == 1 {
                for function in &sequence.functions {
                    self.functions[*function].common += sequence.weight();
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
                    self.functions[*function].common -= sequence.weight();
                }
            }
        }
    }
}

impl Iterator for Order {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let next = self.first.next().or_else(|| self.most_similar())?;
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
    use wasm_encoder::{
        ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function, ImportSection,
        RefType, StartSection, TableSection, TableType, TypeSection, ValType,
    };
    use wasmparser::ElementItems;

    use super::*;

    /// A function that begins with its name, a number, and calls another one this many times. Both return this many
    /// numbers, at most one.
    fn function(name: i32, returned: usize, callee: u32, times: usize, dropped: usize) -> Function {
        let mut function = Function::new([]);
        let mut code = function.instructions();
        code.i32_const(name).drop();
        for _ in 0..times {
            code.call(callee);
            (0..dropped).for_each(|_| _ = code.drop());
        }
        (0..returned).for_each(|_| _ = code.i32_const(0));
        code.end();
        function
    }

    /// A module with an imported function (index 0) and three others, of which the last is called most. The first is the
    /// start function, the second is exported, and the second and third are in a table.
    fn module() -> Vec<u8> {
        let (mut types, mut imports, mut functions) =
            (TypeSection::new(), ImportSection::new(), FunctionSection::new());
        types.ty().function([], []);
        types.ty().function([], [ValType::I32]);
        imports.import("a", "b", EntityType::Function(0));
        functions.function(0).function(0).function(1);
        let (mut tables, mut elements) = (TableSection::new(), ElementSection::new());
        let element_type = RefType::FUNCREF;
        tables.table(TableType { element_type, table64: false, minimum: 2, maximum: None, shared: false });
        elements.active(None, &ConstExpr::i32_const(0), Elements::Functions((&[2, 3][..]).into()));
        let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
        exports.export("second", ExportKind::Func, 2);
        code.function(&function(101, 0, 2, 1, 0));
        code.function(&function(102, 0, 3, 3, 1));
        code.function(&function(103, 1, 1, 1, 0));
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&tables).section(&exports);
        module.section(&StartSection { function_index: 1 }).section(&elements).section(&code);
        module.finish()
    }

    /// A function's name, type and calls.
    type Said = (i32, u32, Vec<i32>);

    /// The functions' names in their order, and what a module says by indexes, said by names: each function's type and
    /// calls, sorted by name, and the start function, exports and elements.
    fn said_by_names(wasm: &[u8]) -> (Vec<i32>, Vec<Said>, Vec<i32>) {
        let Code { imported, types, bodies, .. } = Code::read(wasm).unwrap();
        let (mut names, mut calls) = (vec![0; imported as usize], Vec::new());
        for body in &bodies {
            let operators = body.get_operators_reader().unwrap().into_iter().map(Result::unwrap);
            let (mut name, mut called) = (None, Vec::new());
            for operator in operators {
                match operator {
                    Operator::I32Const { value } => _ = name.get_or_insert(value),
                    Operator::Call { function_index } => called.push(function_index),
                    _ => {}
                }
            }
            names.push(name.unwrap());
            calls.push(called);
        }
        let name_of = |index: u32| names[index as usize];
        let mut functions: Vec<_> = (imported..)
            .zip(types)
            .zip(calls)
            .map(|((index, of_type), called)| {
                (name_of(index), of_type, called.into_iter().map(name_of).collect())
            })
            .collect();
        functions.sort();
        let mut others = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::StartSection { func, .. } => others.push(name_of(func)),
                Payload::ExportSection(exports) => {
                    others.extend(exports.into_iter().map(|export| name_of(export.unwrap().index)));
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        let ElementItems::Functions(indexes) = element.unwrap().items else { panic!() };
                        others.extend(indexes.into_iter().map(|index| name_of(index.unwrap())));
                    }
                }
                _ => {}
            }
        }
        (names, functions, others)
    }

    #[test]
    fn a_sorted_module_says_the_same_with_other_indexes() {
        let module = module();
        wasmparser::validate(&module).unwrap();
        let sorted = sort_functions(&module).unwrap();
        wasmparser::validate(&sorted).unwrap();
        let ((names, functions, others), (names_then, functions_then, others_then)) =
            (said_by_names(&module), said_by_names(&sorted));
        assert_eq!((names, names_then), (vec![0, 101, 102, 103], vec![0, 103, 101, 102]));
        assert_eq!(functions, [(101, 0, vec![102]), (102, 0, vec![103; 3]), (103, 1, vec![101])]);
        assert_eq!(others, [102, 101, 102, 103]);
        assert_eq!((functions_then, others_then), (functions, others));
    }

    #[test]
    fn similar_functions_are_next_to_each_other() {
        let (table, form): (Vec<u8>, Vec<u8>) = ((10..60).collect(), (100..140).collect());
        let bodies = [&table[..], &form, &table[1..], &form[2..]];
        assert_eq!(Order::new(&bodies, Vec::new()).collect::<Vec<_>>(), [0, 2, 3, 1]);
        assert_eq!(Order::new(&bodies, vec![3]).collect::<Vec<_>>(), [3, 1, 2, 0]);
    }

    #[test]
    fn every_function_has_a_place_also_without_code_in_common() {
        let bodies: [&[u8]; 4] = [b"", b"a", b"not similar", b"to anything here"];
        let mut order: Vec<_> = Order::new(&bodies, Vec::new()).collect();
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2, 3]);
    }
}
