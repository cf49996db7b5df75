//! Screenshots of the page's states, each compared with a reference in `tests/e2e/references`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pingone_mfa_sketch::{Color, Difference, Pixels, Sketch, differences};
use serde_json::json;

use crate::page::Page;

/// Environment variable that makes a run store references instead of comparing with them.
const MODE: &str = "PINGONE_MFA_SCREENS";

/// Its value.
const ACCEPT: &str = "accept";

/// Color of the frames around differences.
const MARK: Color = [255, 0, 160];

/// How many differences of one picture a message lists.
const MAX_LISTED: usize = 6;

/// How many pictures are taken until two in a row are the same.
const MAX_PICTURES: u32 = 20;

const BETWEEN_PICTURES: Duration = Duration::from_millis(50);

/// How long the page may take to react to another window size. The content of a frame reports its height later.
const SETTLING: Duration = Duration::from_millis(250);

/// Script that replaces what differs from run to run by something of the same length: times, durations, ports, plan
/// numbers, numbers of requests, and which of some requests at the same time was the last.
const COVER: &str = r"(() => {
  const covers = [
    [/until (\d{1,2} \w+ 20\d\d )?\d\d:\d\d/g, 'until 1 Dec 2026 18:00'],
    [/\d\d:\d\d:\d\d\.\d{3}/g, '10:23:44.402'], [/\d\d:\d\d:\d\d(?!\.)/g, '10:23:44'], [/(?<![\d:])\d\d:\d\d(?!:)/g, '10:23'],
    [/, \d+ min ago/g, ''], [/\d[\d,]* ms\b/g, '64 ms'], [/\b5\d min\b/g, '59 min'],
    [/(?<![\w-])[0-9A-F]{4}-[0-9A-F]{4}(?![\w-])/g, 'ECBB-FD90'], [/^GET \w+$/, 'GET user'],
    [/127\.0\.0\.1:\d+/g, '127.0.0.1:40000'], [/localhost:\d+/g, 'localhost:40000'],
  ];
  const cover = (text) => covers.reduce((text, [from, to]) => text.replace(from, to), text);
  const visit = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const covered = cover(texts.currentNode.data);
      if (covered !== texts.currentNode.data) texts.currentNode.data = covered;
    }
  };
  visit(document.body);
  for (const host of document.querySelectorAll('pingone-mfa')) {
    visit(host.shadowRoot);
    host.shadowRoot.querySelector('#requests-tab .tab-count')?.setAttribute('data-count', '16');
  }
})()";

/// Script that stops what moves: the caret, transitions and animations. It is run again for shadow roots that are new.
const FREEZE: &str = "(() => {
  const roots = [document, ...[...document.querySelectorAll('pingone-mfa')].map((host) => host.shadowRoot)];
  for (const root of roots.filter((root) => root && !root.isStill)) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*, ::before, ::after { caret-color: transparent !important; transition: none !important; '
      + 'animation: none !important; scroll-behavior: auto !important; }');
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    root.isStill = true;
  }
})()";

/// A color scheme and a window size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Display {
    scheme: &'static str,
    width: u32,
    height: u32,
}

impl Display {
    pub const DARK: Self = Self { scheme: "dark", ..Self::LIGHT };
    pub const DARK_NARROW: Self = Self { scheme: "dark", ..Self::LIGHT_NARROW };
    pub const LIGHT: Self = Self { scheme: "light", width: 1280, height: 860 };
    pub const LIGHT_NARROW: Self = Self { scheme: "light", width: 390, height: 844 };
    pub const LIGHT_WIDE: Self = Self { scheme: "light", width: 1920, height: 1080 };

    /// All of them. The first of each scheme differ in width, too.
    pub const ALL: [Self; 5] =
        [Self::LIGHT, Self::DARK_NARROW, Self::LIGHT_NARROW, Self::DARK, Self::LIGHT_WIDE];

    /// Two in the scheme that a page around a frame sets itself.
    pub const LIGHT_TWO: [Self; 2] = [Self::LIGHT, Self::LIGHT_NARROW];

    /// Two that differ in both scheme and width, for screens that aren't the most important ones.
    pub const TWO: [Self; 2] = [Self::LIGHT, Self::DARK_NARROW];
}

/// Takes pictures of a page, and collects what is wrong with them until the journey's end.
pub struct Gallery<'a> {
    page: &'a Page,
    problems: Vec<String>,
}

impl<'a> Gallery<'a> {
    /// A gallery for a page whose tab is open.
    #[must_use]
    pub fn of(page: &'a Page) -> Self {
        Self { page, problems: Vec::new() }
    }

    /// Takes a picture of the current state on each display, compares it with its reference, and checks that the page
    /// isn't wider than the window and, once per color scheme, that it is accessible. In a frame, the picture shows the
    /// page around it, too.
    pub async fn show(&mut self, state: &str, displays: &[Display]) {
        self.page.hold_still().await;
        for display in displays {
            let name = format!("{state}-{}-{}", display.scheme, display.width);
            self.page.emulate_still_display(display).await;
            let picture = self.page.still_picture().await;
            if let Err(problem) = compare(&name, &picture) {
                self.problems.push(format!("{name}: {problem}"));
            }
            if displays.iter().find(|other| other.scheme == display.scheme) == Some(display) {
                let violations = self.page.axe().await.into_iter();
                self.problems
                    .extend(violations.map(|violation| format!("{name}: not accessible: {violation}")));
            }
            let wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let wider = self.page.value(wider).await.as_i64().unwrap_or_default();
            if wider > 0 {
                self.problems.push(format!("{name}: {wider} pixels wider than the window"));
            }
        }
        // What follows is pressed in a wide window.
        self.page.emulate_still_display(&Display::LIGHT).await;
    }

    /// Fails if there was a problem with a picture.
    pub fn close(self) {
        assert!(self.problems.is_empty(), "\n{}\n", self.problems.join("\n"));
    }
}

impl Page {
    /// Stops animations, hides scroll bars, and moves the pointer away.
    async fn hold_still(&self) {
        let away = json!({"type": "mouseMoved", "x": 0, "y": 0});
        let hidden = json!({"hidden": true});
        for (command, parameters) in
            [("Emulation.setScrollbarsHidden", hidden), ("Input.dispatchMouseEvent", away)]
        {
            self.devtools(command, parameters).await.expect("the browser does it");
        }
        self.value(FREEZE).await;
        self.run("document.fonts.ready.then(() => arguments[0]());").await;
    }

    /// Emulates a display whose user prefers reduced motion, and waits until the page has been laid out for it.
    async fn emulate_still_display(&self, display: &Display) {
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": display.scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.devtools("Emulation.setEmulatedMedia", features).await.expect("a scheme");
        let size = json!({"width": display.width, "height": display.height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await.expect("a size");
        tokio::time::sleep(SETTLING).await;
    }

    /// A PNG file of the window's content without what differs from run to run, taken when two in a row are the same.
    async fn still_picture(&self) -> Vec<u8> {
        self.value(COVER).await;
        let mut picture = self.picture().await;
        for _ in 0..MAX_PICTURES {
            tokio::time::sleep(BETWEEN_PICTURES).await;
            self.value(COVER).await;
            let next = self.picture().await;
            if next == picture {
                break;
            }
            picture = next;
        }
        picture
    }

    /// A PNG file of the window's content.
    pub async fn picture(&self) -> Vec<u8> {
        let options = json!({"format": "png", "optimizeForSpeed": true});
        let taken = self.devtools("Page.captureScreenshot", options).await.expect("a picture");
        STANDARD.decode(taken["data"].as_str().unwrap_or_default()).expect("the picture is Base64")
    }
}

/// Saves a picture for the contact sheet and compares it with its reference. The error says what is wrong.
fn compare(name: &str, picture: &[u8]) -> Result<(), String> {
    let shot = save(in_workspace("target/screens").join(format!("{name}.png")), picture);
    let pixels = Pixels::from_png(picture)?;
    let sketch = Sketch::of(&pixels);
    let reference = in_workspace("tests/e2e/references").join(format!("{name}.png"));
    let found = match fs::read(&reference) {
        Ok(file) => {
            let known =
                Sketch::from_png(&file).map_err(|cause| format!("{}: {cause}", reference.display()))?;
            differences(&known, &sketch)
        }
        Err(_) if !is_accepting() => {
            return Err(format!(
                "has no reference. If {} is right: cargo xtask screens --accept",
                shot.display()
            ));
        }
        Err(_) => {
            save(reference, &sketch.to_png());
            return Ok(());
        }
    };
    if found.is_empty() {
        return Ok(());
    }
    if is_accepting() {
        save(reference, &sketch.to_png());
        return Ok(());
    }
    let marked = in_workspace("target/screens").join(format!("{name}.differences.png"));
    let marked = save(marked, &mark(pixels, &found));
    Err(format!("{} {}", list(&found), marked.display()))
}

fn is_accepting() -> bool {
    std::env::var(MODE).is_ok_and(|mode| mode == ACCEPT)
}

fn list(found: &[Difference]) -> String {
    let listed: Vec<_> = found.iter().take(MAX_LISTED).map(ToString::to_string).collect();
    let more = found.len().saturating_sub(MAX_LISTED);
    format!("{}{}.", listed.join("; "), if more > 0 { format!("; and {more} more") } else { String::new() })
}

/// The PNG file of a picture with a frame around each difference.
fn mark(mut pixels: Pixels, found: &[Difference]) -> Vec<u8> {
    for place in found.iter().filter_map(Difference::place) {
        let (left, top) = (place.left.saturating_sub(4), place.top.saturating_sub(4));
        pixels.frame((left, top, place.width + 8, place.height + 8), 3, MARK);
    }
    pixels.to_png(None)
}

fn in_workspace(folder: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two folders above");
    workspace.join(folder)
}

/// Writes a file, and creates its folder.
fn save(file: PathBuf, bytes: &[u8]) -> PathBuf {
    fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder");
    fs::write(&file, bytes).expect("a file");
    file
}
