//! Both directions: what must not make a difference, and what must. The pictures resemble the page: a bar with
//! buttons, a table, and a panel beside it.

use super::*;

const WHITE: Color = [255, 255, 255];
const PAGE: Color = [243, 244, 246];
const BLACK: Color = [24, 24, 27];
const GRAY: Color = [95, 105, 120];
const BLUE: Color = [29, 78, 216];
const LINE: Color = [226, 229, 234];

/// A picture to draw on, with letters of some font.
struct Canvas {
    pixels: Pixels,
    /// How many percent of their color the edges of letters have.
    edges: i32,
    /// How many pixels letters are moved up, as other fonts do.
    raised: u32,
}

/// What a letter looks like: whether each of its 6 x 10 pixels is drawn, partly drawn, or not drawn.
fn letter(code: u32, x: u32, y: u32) -> u32 {
    let noise = code.wrapping_mul(2_654_435_761).wrapping_add(x * 97 + y * 31).wrapping_mul(40503) >> 7;
    let is_stem = x == 1 || (x == 4 && code.is_multiple_of(3));
    let is_bar = (y == 4 + code % 3) || (y == 9 && code.is_multiple_of(2));
    // Only some letters are taller than the others.
    let is_tall = code.is_multiple_of(4);
    if y < 3 && !is_tall {
        0
    } else if is_stem {
        2
    } else if is_bar && x < 5 {
        1 + noise % 2
    } else {
        0
    }
}

impl Canvas {
    fn new(width: u32, height: u32) -> Self {
        let colors = vec![PAGE; (width * height) as usize];
        Self { pixels: Pixels::new(width, height, colors), edges: 50, raised: 0 }
    }

    fn pixel(&mut self, x: u32, y: u32, color: Color, percent: i32) {
        let (width, height) = self.pixels.size();
        if x >= width || y >= height {
            return;
        }
        let ground = self.pixels.colors()[(y * width + x) as usize];
        let blended = [0, 1, 2].map(|part| {
            let (from, to) = (i32::from(ground[part]), i32::from(color[part]));
            u8::try_from(from + (to - from) * percent / 100).unwrap()
        });
        self.pixels.fill(x, y, 1, 1, blended);
    }

    fn text(&mut self, left: u32, top: u32, text: &str, color: Color) {
        for (place, code) in (0..).zip(text.chars().map(u32::from)) {
            for (x, y) in (0..10).flat_map(|y| (0..6).map(move |x| (x, y))) {
                let percent = [0, self.edges, 95][letter(code, x, y) as usize];
                if code != 32 && percent > 0 {
                    self.pixel(left + place * 7 + x, top + y - self.raised, color, percent);
                }
            }
        }
    }

    fn outlined(&mut self, left: u32, top: u32, width: u32, text: &str, color: Color) {
        self.pixels.fill(left, top, width, 32, WHITE);
        self.pixels.frame((left, top, width, 32), 1, color);
        self.text(left + 12, top + 11, text, color);
    }

    fn sketch(&self) -> Sketch {
        Sketch::of(&self.pixels)
    }
}

/// What the tests change in the picture.
#[derive(Clone)]
struct Scene {
    size: (u32, u32),
    time: &'static str,
    count: &'static str,
    button: Option<(u32, u32, Color)>,
    label: (u32, u32),
    label_color: Color,
    table: (u32, u32),
    panel: Option<u32>,
    panel_color: Color,
    edges: i32,
    raised: u32,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            size: (1280, 720),
            time: "10:23",
            count: "124",
            button: Some((300, 60, GRAY)),
            label: (20, 70),
            label_color: BLACK,
            table: (20, 130),
            panel: Some(880),
            panel_color: WHITE,
            edges: 50,
            raised: 0,
        }
    }
}

impl Scene {
    fn sketch(&self) -> Sketch {
        let mut canvas = Canvas::new(self.size.0, self.size.1);
        (canvas.edges, canvas.raised) = (self.edges, self.raised);
        canvas.pixels.fill(0, 0, self.size.0, 44, WHITE);
        canvas.pixels.fill(0, 44, self.size.0, 1, LINE);
        canvas.text(20, 16, "Workforce", BLACK);
        canvas.text(1000, 16, &format!("Token expires at {}", self.time), GRAY);
        canvas.text(self.label.0, self.label.1, "All users", self.label_color);
        if let Some((left, top, color)) = self.button {
            canvas.outlined(left, top, 130, "Export", color);
        }
        canvas.text(20, 108, &format!("{} of 250 users, read {}", self.count, self.time), BLACK);
        self.table(&mut canvas);
        if let Some(left) = self.panel {
            canvas.pixels.fill(left, 45, 380, 600, self.panel_color);
            canvas.text(left + 20, 70, "Jonas Brandt", BLACK);
            canvas.text(left + 20, 110, &format!("Read {}", self.time), GRAY);
        }
        canvas.sketch()
    }

    fn table(&self, canvas: &mut Canvas) {
        let (left, top) = self.table;
        for row in 0..16_u32 {
            let top = top + row * 34;
            canvas.pixels.fill(left, top, 840, 34, WHITE);
            canvas.pixels.fill(left, top + 33, 840, 1, LINE);
            let name = ["Adaeze Okonkwo", "Jonas Brandt", "Wei Chen", "Ana Ferreira"][row as usize % 4];
            canvas.text(left + 40, top + 12, name, BLACK);
            canvas.text(left + 240, top + 12, "Employees", GRAY);
            canvas.text(left + 500, top + 12, &format!("today at {}", self.time), GRAY);
            canvas.text(left + 700, top + 12, "Off", BLACK);
        }
    }
}

fn compare(change: impl Fn(&mut Scene)) -> Vec<Difference> {
    let mut scene = Scene::default();
    change(&mut scene);
    differences(&Scene::default().sketch(), &scene.sketch())
}

#[track_caller]
fn assert_same(change: impl Fn(&mut Scene)) {
    assert_eq!(compare(change), []);
}

#[track_caller]
fn assert_differs(expected: fn(&Difference) -> bool, change: impl Fn(&mut Scene)) {
    let found = compare(change);
    assert!(found.iter().any(expected), "{found:?}");
}

fn is_area(it: &Difference) -> bool {
    matches!(it, Difference::Area(_))
}

fn is_color(it: &Difference) -> bool {
    matches!(it, Difference::Color(_))
}

fn is_content(it: &Difference) -> bool {
    matches!(it, Difference::Content(_))
}

fn is_everywhere(it: &Difference) -> bool {
    matches!(it, Difference::Everywhere { .. })
}

#[test]
fn another_time_or_count_is_no_difference() {
    assert_same(|scene| scene.time = "09:07");
    assert_same(|scene| scene.time = "9:07");
    assert_same(|scene| scene.count = "9");
    assert_same(|scene| scene.count = "1,124");
    assert_same(|scene| (scene.time, scene.count) = ("8:59", "88"));
}

#[test]
fn another_word_is_no_difference() {
    assert_same(|scene| scene.count = "None");
    assert_same(|scene| scene.time = "midnight");
}

#[test]
fn a_digit_more_in_front_of_a_block_is_no_difference() {
    assert_same(|scene| scene.button = Some((308, 60, GRAY)));
}

#[test]
fn letters_that_another_machine_draws_are_no_difference() {
    for edges in [30, 80] {
        assert_same(|scene| scene.edges = edges);
    }
    assert_same(|scene| (scene.raised, scene.edges) = (1, 35));
}

#[test]
fn a_block_that_moves_by_12_pixels_is_a_difference() {
    for (left, top) in [(312, 60), (288, 60), (300, 72), (300, 48), (312, 72)] {
        assert_differs(is_content, |scene| scene.button = Some((left, top, GRAY)));
    }
    assert_differs(is_area, |scene| scene.panel = Some(892));
    assert_differs(is_area, |scene| scene.panel = Some(868));
    assert_differs(is_content, |scene| scene.table = (20, 142));
    assert_differs(is_area, |scene| scene.table = (32, 130));
}

#[test]
fn a_text_without_a_border_that_moves_down_is_a_difference() {
    assert_differs(is_content, |scene| scene.label = (20, 82));
    assert_differs(is_content, |scene| scene.label = (20, 58));
}

#[test]
fn a_column_of_texts_that_moves_aside_is_a_difference() {
    let shifted = |left: u32| {
        let mut canvas = Canvas::new(1280, 720);
        for row in 0..20 {
            canvas.text(left, 20 + row * 34, "Adaeze Okonkwo", BLACK);
            canvas.text(left + 300, 20 + row * 34, "Employees", GRAY);
        }
        canvas.sketch()
    };
    let found = differences(&shifted(20), &shifted(32));
    assert!(found.iter().any(is_everywhere), "{found:?}");
}

#[test]
fn a_block_that_is_missing_or_new_is_a_difference() {
    assert_differs(is_content, |scene| scene.button = None);
    assert_differs(is_area, |scene| scene.panel = None);
    let without = Scene { button: None, ..Scene::default() };
    let found = differences(&without.sketch(), &Scene::default().sketch());
    assert!(found.iter().any(is_content), "{found:?}");
}

#[test]
fn another_color_is_a_difference() {
    assert_differs(is_area, |scene| scene.panel_color = [235, 242, 255]);
    assert_differs(is_color, |scene| scene.button = Some((300, 60, BLUE)));
    assert_differs(is_color, |scene| scene.label_color = BLUE);
}

#[test]
fn another_size_is_the_only_difference_that_is_reported() {
    let found = compare(|scene| scene.size = (1280, 860));
    let said = found.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(said, ["the picture has 1280 x 860 pixels, its reference 1280 x 720"]);
}

#[test]
fn a_difference_says_where_it_is() {
    let found = compare(|scene| scene.button = None);
    let place = found[0].place().unwrap();
    assert!(place.left.abs_diff(300) <= 12 && place.top.abs_diff(60) <= 8, "{place:?}");
    assert!(found[0].to_string().ends_with(&place.to_string()));
}

#[test]
fn a_stored_sketch_is_read_again_and_small() {
    for size in [(1280, 720), (1281, 719)] {
        let sketch = Scene { size, ..Scene::default() }.sketch();
        let file = sketch.to_png();
        assert_eq!(Sketch::from_png(&file).unwrap(), sketch);
        assert!(file.len() < 12_000, "{} bytes", file.len());
    }
}

#[test]
fn a_file_that_is_no_sketch_is_refused() {
    let picture = Pixels::new(4, 4, vec![WHITE; 16]);
    assert!(Sketch::from_png(&picture.to_png(None)).unwrap_err().contains("doesn't state"));
    assert!(Sketch::from_png(&picture.to_png(Some((SIZE, "4x4")))).unwrap_err().contains("isn't a sketch"));
    assert!(Sketch::from_png(b"no picture").is_err());
}
