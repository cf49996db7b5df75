//! Parses code in the languages that can't be run everywhere.

use pingone_mfa_core::snippets::Language;
use tree_sitter::{Node, Parser};

/// The grammar of a language, with its name and version.
pub(crate) fn of(language: Language) -> Option<(&'static str, tree_sitter::Language)> {
    match language {
        Language::Swift => Some(("tree-sitter-swift 0.7.4", tree_sitter_swift::LANGUAGE.into())),
        Language::PowerShell => {
            Some(("tree-sitter-powershell 0.26.6", tree_sitter_powershell::LANGUAGE.into()))
        }
        _ => None,
    }
}

/// Parses a program; an error has the position of the first syntax error.
pub(crate) fn read(grammar: &tree_sitter::Language, program: &str) -> Result<(), String> {
    let mut parser = Parser::new();
    parser.set_language(grammar).map_err(|error| error.to_string())?;
    let tree = parser.parse(program, None).ok_or("nothing was read")?;
    first_error(tree.root_node()).map_or(Ok(()), |node| {
        let position = node.start_position();
        let line = program.lines().nth(position.row).unwrap_or_default();
        Err(format!("line {}, column {}: {line}", position.row + 1, position.column + 1))
    })
}

fn first_error(node: Node<'_>) -> Option<Node<'_>> {
    if node.is_error() || node.is_missing() {
        return Some(node);
    }
    if !node.has_error() {
        return None;
    }
    let mut cursor = node.walk();
    let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
    children.into_iter().find_map(first_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_is_reported_with_its_line() {
        let (_, swift) = of(Language::Swift).unwrap();
        assert!(read(&swift, "let a = \"x\"\nlet b = f(\"y\"\n").unwrap_err().starts_with("line 2"));
        let (_, powershell) = of(Language::PowerShell).unwrap();
        assert!(read(&powershell, "$a = 'x'\n$b = 'y''\n").is_err());
        assert_eq!(read(&powershell, "$a = 'x'\n$b = \"$($a)\"\n"), Ok(()));
    }
}
