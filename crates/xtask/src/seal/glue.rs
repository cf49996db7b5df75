//! Prepares wasm-bindgen's glue for joining it with the element in one module.

use crate::failure::Failure;

/// The declarations that the glue may export. They are kept without `export`.
const EXPORTED_KINDS: [&str; 3] = ["function ", "async function ", "class "];

/// How the glue imports the loader of the second file, which the element defines. wasm-split chooses the module's name.
const LOADER_IMPORT: &str = r#"import * as import1 from "./__wasm_split.js""#;
const LOADER: &str = "const import1 = { __wasm_split_load_rest };";

/// The glue's default address of the wasm. The element always passes one, and the expression would make a bundler
/// look for a file that doesn't exist.
const DEFAULT_URL: &str = "module_or_path = new URL('pingone-mfa_bg.wasm', import.meta.url);";

/// Removes the exports, so that the joined module exports only the element's interface, and replaces the import of
/// the loader by a reference to the one in the module.
pub(super) fn without_exports(glue: &str) -> Result<String, Failure> {
    let lines: Result<Vec<_>, _> = glue.lines().filter(|line| !is_export_list(line)).map(plain).collect();
    lines.map(|lines| lines.join("\n"))
}

fn is_export_list(line: &str) -> bool {
    line.starts_with("export {") && line.trim_end().ends_with("};")
}

fn plain(line: &str) -> Result<&str, Failure> {
    if let Some(exported) = line.strip_prefix("export ") {
        return if EXPORTED_KINDS.iter().any(|kind| exported.starts_with(kind)) {
            Ok(exported)
        } else {
            Err(refusal(line))
        };
    }
    if line == LOADER_IMPORT {
        return Ok(LOADER);
    }
    if line.trim() == DEFAULT_URL {
        return Ok("");
    }
    // Only declarations start at the beginning of a line; an import there would be a
    // second file that needs an integrity.
    if line.starts_with("import ") || line.starts_with("import{") {
        return Err(refusal(line));
    }
    Ok(line)
}

fn refusal(line: &str) -> Failure {
    Failure::Seal {
        file: "pingone-mfa.js".to_owned(),
        problem: format!(
            "the glue has to be joined with the element, and this line does not allow it (a crate with a \
             JavaScript snippet, or another wasm-bindgen?): {line}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_kept_without_their_exports() {
        let glue = "export class Widget {\n    free() {}\n}\nexport function mount() {}\nexport { initSync, \
                    __wbg_init as default };\n";
        assert_eq!(without_exports(glue).unwrap(), "class Widget {\n    free() {}\n}\nfunction mount() {}");
    }

    #[test]
    fn glue_that_imports_a_snippet_is_refused() {
        let line = "import { now } from './snippets/clock/inline0.js';";
        let message = without_exports(line).unwrap_err().to_string();
        assert!(message.ends_with(line), "{message}");
    }

    #[test]
    fn the_import_of_the_loader_refers_to_the_element_s_loader() {
        assert_eq!(without_exports(LOADER_IMPORT).unwrap(), LOADER);
    }

    #[test]
    fn the_default_address_of_the_wasm_is_removed() {
        let glue = format!("function init() {{\n    {DEFAULT_URL}\n}}");
        assert_eq!(without_exports(&glue).unwrap(), "function init() {\n\n}");
    }

    #[test]
    fn an_import_inside_a_function_is_kept() {
        let glue = "function load() {\n    import('./x.js');\n}";
        assert_eq!(without_exports(glue).unwrap(), glue);
    }

    #[test]
    fn an_export_of_another_kind_is_refused() {
        assert!(without_exports("export default 1;").is_err());
    }
}
