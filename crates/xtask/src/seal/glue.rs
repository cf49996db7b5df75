//! wasm-bindgen's glue, made fit to stand in front of the element in the same module.

use crate::failure::Failure;

/// What the glue may export. Its functions and classes stay; who exports them doesn't.
const KEPT: [&str; 3] = ["function ", "async function ", "class "];

/// How the glue takes the loader of the second file, which the element defines. The split names the module.
const LOADER_IMPORT: &str = r#"import * as import1 from "./__wasm_split.js""#;
const LOADER: &str = "const import1 = { __wasm_split_load_rest };";

/// Where the glue would look for the wasm if nobody told it. The element always does, and a program that puts the element
/// into another page's script would miss the file.
const GUESS: &str = "module_or_path = new URL('pingone-mfa_bg.wasm', import.meta.url);";

/// Takes the exports away: the joined module offers the element's interface and nothing else. The loader that the glue
/// would import stands in the same module.
pub(super) fn without_exports(glue: &str) -> Result<String, Failure> {
    let lines: Result<Vec<_>, _> = glue.lines().filter(|line| !is_export_list(line)).map(plain).collect();
    lines.map(|lines| lines.join("\n"))
}

fn is_export_list(line: &str) -> bool {
    line.starts_with("export {") && line.trim_end().ends_with("};")
}

fn plain(line: &str) -> Result<&str, Failure> {
    if let Some(exported) = line.strip_prefix("export ") {
        return if KEPT.iter().any(|kind| exported.starts_with(kind)) {
            Ok(exported)
        } else {
            Err(refusal(line))
        };
    }
    if line == LOADER_IMPORT {
        return Ok(LOADER);
    }
    if line.trim() == GUESS {
        return Ok("");
    }
    // Only declarations start at the margin; an import there would be a second file to vouch for.
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
    fn declarations_stay_and_their_exports_go() {
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
    fn the_loader_of_the_second_file_is_the_element_s() {
        assert_eq!(without_exports(LOADER_IMPORT).unwrap(), LOADER);
    }

    #[test]
    fn the_glue_looks_for_no_file_by_itself() {
        let glue = format!("function init() {{\n    {GUESS}\n}}");
        assert_eq!(without_exports(&glue).unwrap(), "function init() {\n\n}");
    }

    #[test]
    fn an_import_inside_a_function_is_none_of_ours() {
        let glue = "function load() {\n    import('./x.js');\n}";
        assert_eq!(without_exports(glue).unwrap(), glue);
    }

    #[test]
    fn an_export_of_another_kind_is_refused() {
        assert!(without_exports("export default 1;").is_err());
    }
}
