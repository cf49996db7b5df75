//! Sealing: joins the files that Trunk produced, names them by their content, and links them by hashes, so that the
//! browser refuses a file that was altered in transit.
//!
//! index.html and embed.html hold the integrity of the boot and element scripts; these hold the integrity of the
//! wasm, the style sheet and the clock worker. So the integrity of a page covers all files it loads.
//!
//! Everything here is a pure function of texts and bytes; `stage` reads and writes the files.

mod demo;
mod files;
mod fingerprint;
mod glue;
mod imports;
mod kept;
mod markup;
mod order;
mod pack;
mod plain;
mod split;
pub(crate) mod stage;
mod text;

use fingerprint::Fingerprint;
use text::replace_once;

use crate::failure::Failure;

/// The files that Trunk produced, by their name in the staging folder.
#[derive(Debug, Clone)]
struct Parts {
    index: String,
    embed: String,
    /// The script for pages that frame embed.html.
    frame: String,
    boot: String,
    element: String,
    glue: String,
    tick: String,
    tokens: String,
    widget: String,
    console: String,
    page: String,
    wasm: Vec<u8>,
    rest: Vec<u8>,
}

/// A file with a hash of its content in its name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asset {
    name: String,
    bytes: Vec<u8>,
    fingerprint: Fingerprint,
}

/// The files that replace the parts.
#[derive(Debug)]
struct Sealed {
    index: String,
    embed: String,
    /// Frame and element script under stable names, for pages that always take the latest release. Both are also in
    /// `assets` under hashed names.
    frame: Vec<u8>,
    element: Vec<u8>,
    assets: Vec<Asset>,
}

const ELEMENT_IMPORT: &str = r#"import start, { mount } from "./pingone-mfa.js";"#;
const ELEMENT_START: &str = "const start = __wbg_init;";
const ELEMENT_RELEASE: &str = r#"const RELEASE = { wasm: { file: "pingone-mfa_bg.wasm", url: new URL("./pingone-mfa_bg.wasm", import.meta.url), integrity: "" }, rest: { file: "rest.wasm", url: new URL("./rest.wasm", import.meta.url), integrity: "" }, style: { file: "widget.css", url: new URL("./widget.css", import.meta.url), integrity: "" }, consoleStyle: { file: "console.css", url: new URL("./console.css", import.meta.url), integrity: "" }, build: "dev" };"#;
const BOOT_RELEASE: &str = r#"const RELEASE = { element: { file: "element.js", integrity: "" }, tick: { file: "tick.js", integrity: "" } };"#;
const INDEX_PRELOAD: &str = r#"<link rel="modulepreload" href="element.js">"#;
/// The attributes tell proxies that rewrite scripts (Cloudflare's Rocket Loader, `mod_pagespeed`) to leave this one
/// alone: the page's policy would refuse it if another script started it.
const INDEX_SCRIPT: &str =
    r#"<script data-cfasync="false" data-pagespeed-no-defer type="module" src="boot.js"></script>"#;
const HOLDS_TITLE: &str = "<title>PingOne MFA</title>";
const INDEX_STYLE: &str = r#"<link rel="stylesheet" href="page.css">"#;

impl Asset {
    fn new(stem: &str, ending: &str, bytes: Vec<u8>) -> Self {
        let fingerprint = Fingerprint::of(&bytes);
        Self { name: format!("{stem}-{}.{ending}", fingerprint.short()), bytes, fingerprint }
    }

    /// How the scripts refer to a file.
    fn reference(&self) -> String {
        format!(r#"{{ file: "{}", integrity: "{}" }}"#, self.name, self.fingerprint.integrity())
    }

    /// How the element refers to a file: in a form that bundlers recognize, so that they include the file.
    fn located(&self) -> String {
        let (name, integrity) = (&self.name, self.fingerprint.integrity());
        format!(
            r#"{{ file: "{name}", url: new URL("./{name}", import.meta.url), integrity: "{integrity}" }}"#
        )
    }

    /// How the page refers to a file, after `href` or `src`.
    fn attributes(&self) -> String {
        format!(r#""{}" integrity="{}" crossorigin="anonymous""#, self.name, self.fingerprint.integrity())
    }
}

/// The language of a text that is minified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Script,
    Style,
}

/// Minifies a text in the given language.
type Shorten<'a> = &'a dyn Fn(Language, String) -> Result<String, Failure>;

/// Names and links all parts, from the wasm up to the page.
fn seal(parts: Parts, shorten: Shorten<'_>) -> Result<Sealed, Failure> {
    markup::refuse_inline(&parts.index)?;
    markup::refuse_inline(&parts.embed)?;
    let wasm = Asset::new("pingone-mfa", "wasm", parts.wasm);
    let rest = Asset::new("rest", "wasm", parts.rest);
    let style = |stem, text| Ok(Asset::new(stem, "css", shorten(Language::Style, text)?.into_bytes()));
    let script = |stem, text| Ok(Asset::new(stem, "js", shorten(Language::Script, text)?.into_bytes()));
    let page = style("page", parts.page)?;
    let console = style("console", parts.console)?;
    let style = style("widget", format!("{}\n{}", parts.tokens, parts.widget))?;
    let tick = script("tick", parts.tick)?;
    let element =
        script("element", element(&parts.element, &parts.glue, [&wasm, &rest], [&style, &console])?)?;
    let boot = script("boot", boot(&parts.boot, &element, &tick)?)?;
    let index = html("index.html", &parts.index, &wasm, &element, &boot, &page)?;
    let embed = html("embed.html", &parts.embed, &wasm, &element, &boot, &page)?;
    let frame = script("pingone-mfa-frame", parts.frame)?;
    let (frame_named, element_named) = (frame.bytes.clone(), element.bytes.clone());
    let assets = vec![wasm, rest, style, console, page, tick, element, boot, frame];
    Ok(Sealed { index, embed, frame: frame_named, element: element_named, assets })
}

/// Joins glue and element into one module: an import can't carry the integrity of a second one.
fn element(
    element: &str,
    glue: &str,
    [wasm, rest]: [&Asset; 2],
    [style, console]: [&Asset; 2],
) -> Result<String, Failure> {
    let build = Fingerprint::of(&[&*wasm.bytes, &rest.bytes].concat()).build();
    let release = format!(
        r#"const RELEASE = {{ wasm: {}, rest: {}, style: {}, consoleStyle: {}, build: "{build}" }};"#,
        wasm.located(),
        rest.located(),
        style.located(),
        console.located(),
    );
    let element = replace_once("element.js", element, ELEMENT_IMPORT, ELEMENT_START)?;
    let element = replace_once("element.js", &element, ELEMENT_RELEASE, &release)?;
    Ok(format!("{}\n{element}", glue::without_exports(glue)?))
}

fn boot(boot: &str, element: &Asset, tick: &Asset) -> Result<String, Failure> {
    let release =
        format!("const RELEASE = {{ element: {}, tick: {} }};", element.reference(), tick.reference());
    replace_once("boot.js", boot, BOOT_RELEASE, &release)
}

fn html(
    file: &str,
    html: &str,
    wasm: &Asset,
    element: &Asset,
    boot: &Asset,
    page: &Asset,
) -> Result<String, Failure> {
    // The wasm is preloaded, ahead of the scripts that request it. The link has no integrity because browsers
    // ignore it for `as="fetch"`; the element checks the integrity when it uses the response.
    let preload = format!(
        r#"<link rel="modulepreload" href={}>
    <link rel="preload" as="fetch" href="{}" crossorigin="anonymous">"#,
        element.attributes(),
        wasm.name
    );
    let script = format!(
        r#"<script data-cfasync="false" data-pagespeed-no-defer type="module" src={}></script>"#,
        boot.attributes()
    );
    let style = format!(r#"<link rel="stylesheet" href={}>"#, page.attributes());
    let html = replace_once(file, html, INDEX_PRELOAD, &preload)?;
    let html = replace_once(file, &html, INDEX_SCRIPT, &script)?;
    let html = replace_once(file, &html, INDEX_STYLE, &style)?;
    // Measured: a script that starts first imports the element before its integrity is known.
    if html.find(&preload) > html.find(&script) {
        return Err(Failure::Seal {
            file: file.to_owned(),
            problem: format!("`{INDEX_PRELOAD}` has to stand before `{INDEX_SCRIPT}`"),
        });
    }
    Ok(without_blank_lines(&html))
}

/// Trunk leaves an empty line in place of each of its links.
fn without_blank_lines(html: &str) -> String {
    html.lines().filter(|line| !line.trim().is_empty()).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod fixture {
    //! The smallest staging folder that can be sealed.

    use super::*;

    pub(super) fn parts() -> Parts {
        let page = |body: &str| {
            format!(
                "<!doctype html>\n<html>\n  <head>\n    {INDEX_PRELOAD}\n    {INDEX_SCRIPT}\n    {INDEX_STYLE}\n  \
                 </head>\n  <body>{body}</body>\n</html>\n"
            )
        };
        Parts {
            index: page("<pingone-mfa></pingone-mfa>"),
            embed: page(""),
            frame: "export function framePingOneMfa() {}\n".to_owned(),
            boot: format!("// boots\n{BOOT_RELEASE}\nimport(RELEASE.element.file);\n"),
            element: format!("// defines\n{ELEMENT_IMPORT}\n{ELEMENT_RELEASE}\nstart(); mount();\n"),
            glue:
                "export function mount() {}\nlet wasm;\nasync function __wbg_init() {}\n\nexport { initSync, \
                   __wbg_init as default };\n"
                    .to_owned(),
            tick: "onmessage = () => {};\n".to_owned(),
            tokens: ":host { --space: 1rem }".to_owned(),
            widget: ".form { margin: 0 }".to_owned(),
            console: ".run { margin: 0 }".to_owned(),
            page: "body { margin: 0 }".to_owned(),
            wasm: b"\0asm\x01\0\0\0".to_vec(),
            rest: b"\0asm\x01\0\0\0rest".to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fixture::parts;

    fn sealed(parts: Parts) -> (Sealed, impl Fn(&str) -> (String, String)) {
        let sealed = seal(parts, &|_, text| Ok(text)).unwrap();
        let assets = sealed.assets.clone();
        let find = move |stem: &str| {
            let asset = assets.iter().find(|asset| asset.name.starts_with(stem)).unwrap();
            (asset.name.clone(), String::from_utf8_lossy(&asset.bytes).into_owned())
        };
        (sealed, find)
    }

    #[test]
    fn the_page_has_the_integrity_of_the_boot_and_element_scripts_and_its_style() {
        let (sealed, find) = sealed(parts());
        for stem in ["boot-", "element-", "page-"] {
            let (name, content) = find(stem);
            let integrity = Fingerprint::of(content.as_bytes()).integrity();
            let expected = format!(r#""{name}" integrity="{integrity}" crossorigin="anonymous">"#);
            for page in [&sealed.index, &sealed.embed] {
                assert!(page.contains(&expected), "{expected} in {page}");
            }
        }
    }

    fn located(name: &str, fingerprint: &Fingerprint) -> String {
        let integrity = fingerprint.integrity();
        format!(
            r#"{{ file: "{name}", url: new URL("./{name}", import.meta.url), integrity: "{integrity}" }}"#
        )
    }

    #[test]
    fn the_element_has_the_integrity_of_both_wasms_and_both_style_sheets() {
        let (_, find) = sealed(parts());
        let wasm = Fingerprint::of(b"\0asm\x01\0\0\0");
        let rest = Fingerprint::of(b"\0asm\x01\0\0\0rest");
        let both = Fingerprint::of(b"\0asm\x01\0\0\0\0asm\x01\0\0\0rest");
        let (style, css) = find("widget-");
        let (console, console_css) = find("console-");
        let expected = format!(
            "const RELEASE = {{ wasm: {}, rest: {}, style: {}, consoleStyle: {}, build: \"{}\" }};",
            located(&format!("pingone-mfa-{}.wasm", wasm.short()), &wasm),
            located(&format!("rest-{}.wasm", rest.short()), &rest),
            located(&style, &Fingerprint::of(css.as_bytes())),
            located(&console, &Fingerprint::of(console_css.as_bytes())),
            both.build(),
        );
        assert!(find("element-").1.contains(&expected), "{expected}");
    }

    #[test]
    fn the_boot_script_has_the_integrity_of_the_element_and_the_clock_worker() {
        let (_, find) = sealed(parts());
        let boot = find("boot-").1;
        for stem in ["element-", "tick-"] {
            let (name, content) = find(stem);
            let integrity = Fingerprint::of(content.as_bytes()).integrity();
            assert!(boot.contains(&format!(r#"{{ file: "{name}", integrity: "{integrity}" }}"#)), "{boot}");
        }
    }

    #[test]
    fn glue_and_element_become_one_module_that_imports_nothing() {
        let (_, find) = sealed(parts());
        let module = find("element-").1;
        assert!(module.starts_with("function mount() {}\n"), "{module}");
        assert!(module.contains("\n// defines\nconst start = __wbg_init;\nconst RELEASE"), "{module}");
        assert!(!module.contains("import ") && !module.contains("import("), "{module}");
    }

    #[test]
    fn the_tokens_come_before_the_rules_that_use_them() {
        let (_, find) = sealed(parts());
        assert_eq!(find("widget-").1, ":host { --space: 1rem }\n.form { margin: 0 }");
    }

    #[test]
    fn a_changed_wasm_renames_every_file_that_refers_to_it() {
        let (_, before) = sealed(parts());
        let (_, after) = sealed(Parts { wasm: b"\0asm\x02\0\0\0".to_vec(), ..parts() });
        for stem in ["pingone-mfa-", "element-", "boot-"] {
            assert_ne!(before(stem).0, after(stem).0);
        }
        assert_eq!(before("tick-").0, after("tick-").0);
    }

    #[test]
    fn a_changed_second_wasm_renames_every_file_that_refers_to_it_but_not_the_first() {
        let (_, before) = sealed(parts());
        let (_, after) = sealed(Parts { rest: b"\0asm\x02\0\0\0".to_vec(), ..parts() });
        for stem in ["rest-", "element-", "boot-"] {
            assert_ne!(before(stem).0, after(stem).0);
        }
        assert_eq!(before("pingone-mfa-").0, after("pingone-mfa-").0);
    }

    #[test]
    fn the_first_wasm_is_preloaded_and_the_second_is_not() {
        let (sealed, find) = sealed(parts());
        let (name, _) = find("pingone-mfa-");
        let link = format!(r#"<link rel="preload" as="fetch" href="{name}" crossorigin="anonymous">"#);
        for page in [&sealed.index, &sealed.embed] {
            assert!(page.contains(&link), "{page}");
            assert!(!page.contains("rest-"), "{page}");
        }
    }

    #[test]
    fn the_element_has_a_stable_and_a_hashed_name() {
        let (sealed, find) = sealed(parts());
        assert_eq!(find("element-").1.as_bytes(), sealed.element);
    }

    #[test]
    fn the_script_for_host_pages_has_a_stable_and_a_hashed_name() {
        let (sealed, find) = sealed(parts());
        let (name, content) = find("pingone-mfa-frame-");
        assert_eq!(content.as_bytes(), sealed.frame);
        let fingerprint = Fingerprint::of(content.as_bytes());
        assert_eq!(name, format!("pingone-mfa-frame-{}.js", fingerprint.short()));
        assert!(!sealed.index.contains(&name) && !sealed.embed.contains(&name));
    }

    #[test]
    fn the_source_of_the_script_for_host_pages_is_small() {
        let script = include_str!("../../../web/frame.js");
        assert!(script.len() < 3000, "{} bytes", script.len());
    }

    #[test]
    fn proxies_that_rewrite_scripts_are_told_to_skip_the_start_script() {
        let (sealed, _) = sealed(parts());
        for page in [&sealed.index, &sealed.embed] {
            let script = page.lines().find(|line| line.contains("<script")).unwrap();
            // Rocket Loader reads its attribute only before `src`.
            assert!(script.find(r#"data-cfasync="false""#) < script.find("src="), "{script}");
            assert!(script.contains(" data-pagespeed-no-defer "), "{script}");
        }
    }

    #[test]
    fn blank_lines_are_removed() {
        assert_eq!(without_blank_lines("<p>\n    \n\n</p>\n"), "<p>\n</p>\n");
    }

    #[test]
    fn a_missing_line_is_named_in_the_failure() {
        let failure = seal(Parts { boot: "const RELEASE = {};".to_owned(), ..parts() }, &|_, text| Ok(text))
            .unwrap_err();
        assert!(failure.to_string().contains("boot.js"), "{failure}");
        assert!(failure.to_string().contains(BOOT_RELEASE), "{failure}");
    }

    #[test]
    fn a_script_before_the_preload_is_refused() {
        let index = format!("{INDEX_SCRIPT}{INDEX_PRELOAD}{INDEX_STYLE}");
        let failure = seal(Parts { index, ..parts() }, &|_, text| Ok(text)).unwrap_err();
        assert!(failure.to_string().contains("has to stand before"), "{failure}");
    }

    #[test]
    fn a_page_with_inline_code_is_refused() {
        let index = format!("{}<style>b {{}}</style>", parts().index);
        assert!(seal(Parts { index, ..parts() }, &|_, text| Ok(text)).is_err());
    }
}
