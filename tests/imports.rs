//! Imports run one way, in `crates/` and in the page. This reads every `use` line outside tests and fails on an import against the order
//! of the capabilities, on a browser's name in the core, and on a circle between files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, File, ItemMod, ItemUse, UseTree};

/// The modules of the core. Each may import those before it, and none after it.
const ORDER: [&str; 12] = [
    "digits",
    "slices",
    "import",
    "run",
    "diagnosis",
    "exchanges",
    "connect",
    "sign_in",
    "embedding",
    "config",
    "snippets",
    "ports",
];

/// Crates that know a browser.
const BROWSER: [&str; 6] = ["gloo_net", "gloo_timers", "js_sys", "leptos", "wasm_bindgen", "web_sys"];

/// The files of a crate by module path, and what each imports: names from the crate's root or from another crate.
struct Crate {
    name: &'static str,
    imports: BTreeMap<Vec<String>, BTreeSet<Vec<String>>>,
}

impl Crate {
    fn read(name: &'static str) -> Self {
        Self::read_from(name, &Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join(name).join("src"))
    }

    fn page() -> Self {
        Self::read_from("the page", &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
    }

    fn read_from(name: &'static str, root: &Path) -> Self {
        let mut files = Vec::new();
        find_sources(root, &mut files);
        let module = |path: &Path| -> Vec<String> {
            let path = path.strip_prefix(root).unwrap().with_extension("");
            let parts = path.iter().map(|part| part.to_str().unwrap().to_owned());
            parts.filter(|part| part != "lib" && part != "main").collect()
        };
        let known: BTreeSet<Vec<String>> = files.iter().map(|path| module(path)).collect();
        let imports = files.iter().filter(|path| !is_test(path)).map(|path| {
            let own = module(path);
            let file = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
            (own.clone(), Imports::of(&file, own, &known))
        });
        Self { name, imports: imports.collect() }
    }

    /// The file that a name from the crate's root is in: the longest part of it that is a module's path.
    fn file_of(&self, name: &[String]) -> Option<&Vec<String>> {
        let longest = (0..=name.len()).rev().find_map(|length| self.imports.get_key_value(&name[..length]));
        longest.map(|(file, _)| file)
    }

    /// The files that a file imports. A submodule's use of its own parents is not an import: together they
    /// are one module in several files.
    fn imported(&self, file: &[String]) -> BTreeSet<&Vec<String>> {
        let names = self.imports[file].iter().filter(|name| name[0] == "crate");
        let files = names.filter_map(|name| self.file_of(&name[1..]));
        files.filter(|other| !file.starts_with(other)).collect()
    }

    /// A circle of imports, if there is one.
    fn circle(&self) -> Option<Vec<String>> {
        let mut done = BTreeSet::new();
        self.imports.keys().find_map(|file| self.circle_from(file, &mut Vec::new(), &mut done))
    }

    fn circle_from<'a>(
        &'a self,
        file: &'a Vec<String>,
        way: &mut Vec<&'a Vec<String>>,
        done: &mut BTreeSet<&'a Vec<String>>,
    ) -> Option<Vec<String>> {
        if let Some(start) = way.iter().position(|earlier| *earlier == file) {
            let circle = way[start..].iter().copied().chain([file]);
            return Some(circle.map(|file| file.join("::")).collect());
        }
        if done.contains(file) {
            return None;
        }
        way.push(file);
        let circle = self.imported(file).into_iter().find_map(|next| self.circle_from(next, way, done));
        way.pop();
        done.insert(file);
        circle
    }
}

fn find_sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn is_test(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_str().unwrap();
    name == "tests" || name.ends_with("_tests")
}

/// Collects the `use` lines of a file, outside tests.
struct Imports<'a> {
    own: Vec<String>,
    known: &'a BTreeSet<Vec<String>>,
    found: BTreeSet<Vec<String>>,
}

impl<'a> Imports<'a> {
    fn of(file: &File, own: Vec<String>, known: &'a BTreeSet<Vec<String>>) -> BTreeSet<Vec<String>> {
        let mut imports = Self { own, known, found: BTreeSet::new() };
        imports.visit_file(file);
        imports.found
    }

    fn add(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: String| [before, &[name]].concat();
        match tree {
            UseTree::Path(path) => self.add(&path.tree, &with(path.ident.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, before)),
            UseTree::Name(name) => self.add_name(with(name.ident.to_string())),
            UseTree::Rename(rename) => self.add_name(with(rename.ident.to_string())),
            UseTree::Glob(_) => self.add_name(before.to_vec()),
        }
    }

    /// Adds a name, written from the crate's root if it is the crate's own.
    fn add_name(&mut self, name: Vec<String>) {
        let supers = name.iter().take_while(|part| *part == "super").count();
        let base = self.own[..self.own.len().saturating_sub(supers)].to_vec();
        let is_child = self.known.contains(&[self.own.as_slice(), &name[..1]].concat());
        let own = match name[0].as_str() {
            "crate" => name[1..].to_vec(),
            "super" => [base, name[supers..].to_vec()].concat(),
            "self" => [base, name[1..].to_vec()].concat(),
            _ if is_child => [base, name].concat(),
            _ => {
                self.found.insert(name);
                return;
            }
        };
        let root = ["crate".to_owned()];
        self.found.insert(root.into_iter().chain(own.into_iter().filter(|part| part != "self")).collect());
    }
}

impl<'ast> Visit<'ast> for Imports<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.add(&item.tree, &[]);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|it| it.is_ident("test"))
    };
    attributes.iter().any(is_test)
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle() {
    let crates = ["pingone", "directory", "core", "sandbox", "xtask"].map(Crate::read);
    for files in crates.into_iter().chain([Crate::page()]) {
        assert!(files.imports.len() > 20, "{} has files", files.name);
        assert_eq!(files.circle(), None, "{}", files.name);
    }
}

#[test]
fn capabilities_of_the_core_import_only_those_before_them() {
    let core = Crate::read("core");
    let rank = |module: &str| {
        ORDER
            .iter()
            .position(|known| *known == module)
            .unwrap_or_else(|| panic!("{module} has no place in ORDER"))
    };
    for file in core.imports.keys().filter(|file| !file.is_empty()) {
        for other in core.imported(file) {
            assert!(rank(&other[0]) <= rank(&file[0]), "{} imports {}", file.join("::"), other.join("::"));
        }
    }
}

#[test]
fn the_client_and_the_core_know_no_browser_and_the_client_no_product() {
    let product = ["pingone_mfa_directory", "pingone_mfa_core"];
    for (name, unknown) in [("pingone", &product[..]), ("directory", &product[1..]), ("core", &[])] {
        let files = Crate::read(name);
        for (file, imports) in &files.imports {
            for import in imports {
                let is_unknown =
                    BROWSER.contains(&import[0].as_str()) || unknown.contains(&import[0].as_str());
                assert!(!is_unknown, "{} of {} imports {}", file.join("::"), files.name, import.join("::"));
            }
        }
    }
}

#[test]
fn a_circle_is_found() {
    let own = |path: &str| path.split("::").map(str::to_owned).collect::<Vec<_>>();
    let import = |names: &[&str]| names.iter().map(|name| own(name)).collect::<BTreeSet<_>>();
    let files = [
        (own("a"), import(&["crate::b::B"])),
        (own("b"), import(&["crate::b::c::C"])),
        (own("b::c"), import(&["crate::b::B", "crate::a"])),
    ];
    let mut code = Crate { name: "made up", imports: files.into_iter().collect() };
    assert_eq!(code.circle(), Some(vec!["a".to_owned(), "b".to_owned(), "b::c".to_owned(), "a".to_owned()]));
    code.imports.insert(own("b::c"), import(&["crate::b::B", "std::fmt"]));
    assert_eq!(code.circle(), None, "a submodule may use its parent");
}

#[test]
fn a_circle_in_the_page_is_found() {
    let mut page = Crate::page();
    let dom = vec!["ui".to_owned(), "dom".to_owned()];
    let source = syn::parse_file("use crate::console::layout::Console;").unwrap();
    let known = page.imports.keys().cloned().collect();
    page.imports.entry(dom.clone()).or_default().extend(Imports::of(&source, dom, &known));
    let circle = page.circle().unwrap();
    assert!(circle.iter().any(|file| file == "ui::dom"), "{circle:?}");
    assert!(circle.iter().any(|file| file == "console::layout"), "{circle:?}");
}
