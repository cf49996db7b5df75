//! Shortens the names of the functions that the program imports from wasm-bindgen's glue. Each ends in a hash, which
//! doesn't compress and which both files contain.

use std::collections::HashMap;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{ImportSection, Module};
use wasmparser::{Import, Imports, Parser};

use crate::failure::Failure;

/// The glue, as the program names it.
const GLUE: &str = "./pingone-mfa_bg.js";

/// The program and its glue with short names.
pub(super) struct Shortened {
    pub(super) wasm: Vec<u8>,
    pub(super) glue: String,
    /// The names that were replaced, sorted.
    pub(super) names: Vec<String>,
}

pub(super) fn shorten(wasm: &[u8], glue: &str) -> Result<Shortened, Failure> {
    let (mut names, mut module) = (ShortNames::default(), Module::new());
    names.parse_core_module(&mut module, Parser::new(0), wasm).map_err(|problem| refusal(&problem))?;
    let mut glue = words(glue).map(|word| (word, false)).collect::<Vec<_>>();
    for (word, is_found) in &mut glue {
        if let Some(short) = names.0.get(*word) {
            (*word, *is_found) = (short.as_str(), true);
        }
    }
    let found = glue.iter().filter(|(_, is_found)| *is_found).count();
    if found != names.0.len() {
        return Err(refusal(&format!("the glue has {found} of {} functions", names.0.len())));
    }
    let glue = glue.into_iter().map(|(word, _)| word).collect();
    let mut names: Vec<_> = names.0.into_keys().collect();
    names.sort_unstable();
    Ok(Shortened { wasm: module.finish(), glue, names })
}

fn refusal(problem: &dyn std::fmt::Display) -> Failure {
    Failure::Seal {
        file: "pingone-mfa.js".to_owned(),
        problem: format!("its imports can't be shortened: {problem}"),
    }
}

/// Short names by the ones that wasm-bindgen gave.
#[derive(Default)]
struct ShortNames(HashMap<String, String>);

impl Reencode for ShortNames {
    type Error = Infallible;

    fn parse_imports(
        &mut self,
        section: &mut ImportSection,
        imports: Imports<'_>,
    ) -> Result<(), Error<Infallible>> {
        for import in imports {
            let (_, Import { module, name, ty }) = import?;
            let ty = self.entity_type(ty)?;
            if module == GLUE {
                let short = format!("i{}", self.0.len());
                section.import(module, &short, ty);
                self.0.insert(name.to_owned(), short);
            } else {
                section.import(module, name, ty);
            }
        }
        Ok(())
    }
}

/// Names and what is between them.
fn words(script: &str) -> impl Iterator<Item = &str> {
    let is_in_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let mut left = script;
    std::iter::from_fn(move || {
        let first = left.chars().next()?;
        let kind = is_in_name(first);
        let end = left.find(|letter| is_in_name(letter) != kind).unwrap_or(left.len());
        let (word, rest) = left.split_at(end);
        left = rest;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{EntityType, TypeSection};

    fn program(imports: &[(&str, &str)]) -> Vec<u8> {
        let (mut types, mut section) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        for (module, name) in imports {
            section.import(module, name, EntityType::Function(0));
        }
        let mut module = Module::new();
        module.section(&types).section(&section);
        module.finish()
    }

    #[test]
    fn program_and_glue_have_the_same_short_names() {
        let wasm =
            program(&[(GLUE, "__wbg_open_00ff"), ("./__wasm_split.js", "load"), (GLUE, "__wbg_open_00ff2")]);
        let glue =
            "const import0 = {\n__wbg_open_00ff: (a) => a.open(),\n__wbg_open_00ff2: () => load(),\n};\n";
        let Shortened { wasm, glue, names } = shorten(&wasm, glue).unwrap();
        assert_eq!(names, ["__wbg_open_00ff", "__wbg_open_00ff2"]);
        assert_eq!(wasm, program(&[(GLUE, "i0"), ("./__wasm_split.js", "load"), (GLUE, "i1")]));
        assert_eq!(glue, "const import0 = {\ni0: (a) => a.open(),\ni1: () => load(),\n};\n");
    }

    #[test]
    fn a_glue_without_one_of_the_functions_is_refused() {
        let message =
            shorten(&program(&[(GLUE, "__wbg_open_00ff")]), "const import0 = {};").err().unwrap().to_string();
        assert!(message.contains("0 of 1"), "{message}");
    }
}
