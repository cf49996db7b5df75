//! The journeys of an administrator who has no pointer: only keys are pressed, and after each of them something has the
//! focus. How many keys each job takes is printed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::{Fault, On, Rule, TokenSpec};
use thirtyfour::Key;

use crate::steps::{quick, refuse_changes};

const USERS: u32 = 60;

/// How many times Tab is pressed at most to reach something.
const MOST_TABS: usize = 60;

/// Script expression for the role or tag and the name of what has the focus.
const FOCUSED: &str = "(() => {
  const active = document.querySelector('pingone-mfa').shadowRoot.activeElement;
  if (!active) return '';
  const name = active.getAttribute('aria-label') ?? active.labels?.[0]?.innerText ?? active.innerText ?? '';
  return `${active.getAttribute('role') ?? active.localName} ${name.trim().split('\\n')[0]}`;
})()";

/// A page without a pointer. Counts the keys that are pressed; text that is typed or pasted counts as one.
struct Keyboard {
    page: Page,
    presses: AtomicUsize,
}

impl Keyboard {
    async fn open(world: &World) -> Self {
        Self { page: world.open().await, presses: AtomicUsize::new(0) }
    }

    /// Prints how many keys a job took, and begins to count the next one.
    #[expect(clippy::print_stdout, reason = "`--nocapture` shows the numbers")]
    fn finish(&self, job: &str) {
        println!("keyboard: {job}: {} key presses", self.presses.swap(0, Ordering::Relaxed));
    }

    async fn focused(&self) -> String {
        self.page.value(FOCUSED).await.as_str().unwrap_or_default().to_owned()
    }

    /// Something has the focus. Where what had it has gone, the page gives it to something else a moment later.
    async fn assert_focus(&self, after: &str) {
        for _ in 0..20 {
            if !self.page.focus_is_lost().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nothing has the focus after {after}");
    }

    async fn press(&self, key: Key) {
        self.presses.fetch_add(1, Ordering::Relaxed);
        let after = format!("{key:?}");
        self.page.type_keys(key + "").await;
        self.assert_focus(&after).await;
    }

    async fn press_times(&self, key: Key, times: usize) {
        for _ in 0..times {
            self.press(key.clone()).await;
        }
    }

    async fn type_text(&self, text: &str) {
        self.presses.fetch_add(1, Ordering::Relaxed);
        self.page.type_keys(text).await;
        self.assert_focus("typing").await;
    }

    /// Presses Tab until this has the focus.
    async fn go_to(&self, what: &str) {
        self.walk(what, false).await;
    }

    /// Presses Shift and Tab until this has the focus.
    async fn go_back_to(&self, what: &str) {
        self.walk(what, true).await;
    }

    async fn walk(&self, what: &str, is_backward: bool) {
        let mut passed = vec![self.focused().await];
        for _ in 0..MOST_TABS {
            if passed.last().is_some_and(|name| name.starts_with(what)) {
                return;
            }
            self.presses.fetch_add(1, Ordering::Relaxed);
            if is_backward {
                self.page.step_back().await;
            } else {
                self.page.type_keys(Key::Tab + "").await;
            }
            assert!(!self.page.focus_is_lost().await, "Tab leads nowhere from {passed:?}");
            passed.push(self.focused().await);
        }
        panic!("Tab doesn't lead to '{what}' but to {passed:?}");
    }

    /// Goes to a button and presses it.
    async fn use_button(&self, name: &str) {
        self.go_to(&format!("button {name}")).await;
        self.press(Key::Enter).await;
    }

    /// Waits until this has the focus.
    async fn wait_for_focus(&self, what: &str) {
        let mut focused = String::new();
        for _ in 0..200 {
            focused = self.focused().await;
            if focused.starts_with(what) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the focus is on '{focused}', not on '{what}'");
    }

    async fn enter_token(&self, world: &World) {
        self.page.see("password", "Access token").await;
        self.page.type_keys(Key::Tab + "").await;
        self.go_to("input Access token").await;
        self.type_text(&world.token(&TokenSpec::default())).await;
        self.page.until_shadow("root.querySelector('.connect-go .primary') !== null").await;
    }

    async fn connect(&self, world: &World) {
        self.enter_token(world).await;
        self.press(Key::Enter).await;
        self.page.hear(&format!("{USERS} users · read")).await;
        self.wait_for_focus("h1 Workforce").await;
        self.finish("connect");
    }

    /// Searches for a user among those that are loaded, and opens the drawer.
    async fn open_user(&self, search: &str, name: &str) {
        self.go_to("input Search users").await;
        self.type_text(search).await;
        self.go_to("input Select all").await;
        self.press(Key::Down).await;
        self.press(Key::Right).await;
        assert!(
            self.focused().await.starts_with(&format!("button {name}, open")),
            "{}",
            self.focused().await
        );
        self.press(Key::Enter).await;
        self.wait_for_focus(&format!("h2 {name}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_user_is_changed_and_requests_and_help_are_read_with_keys() {
    let world = World::start(USERS, quick).await;
    let keys = Keyboard::open(&world).await;
    keys.connect(&world).await;

    keys.open_user("jonas.br", "Jonas Brandt").await;
    keys.go_to("switch MFA for jonas.brandt").await;
    keys.press(Key::Space).await;
    keys.page.wait_for_switch("MFA for jonas.brandt", true).await;
    keys.assert_focus("the change").await;
    keys.press(Key::Escape).await;
    keys.wait_for_focus("button Jonas Brandt, open").await;
    keys.finish("find and change one user");

    refuse_changes(&world, 403, 0);
    keys.press(Key::Enter).await;
    keys.wait_for_focus("h2 Jonas Brandt").await;
    keys.go_to("switch MFA for jonas.brandt").await;
    keys.press(Key::Space).await;
    // MFA is turned off only after a question.
    keys.page.see_beginning("dialog", "").await;
    keys.use_button("Disable MFA").await;
    keys.page.see("region", "Troubleshooting").await;
    keys.assert_focus("a refused change").await;
    keys.use_button("Show checks").await;
    keys.page.see("button", "Hide checks").await;
    keys.page.hear("May change a flag").await;
    keys.press(Key::Escape).await;
    keys.wait_for_focus("button Jonas Brandt, open").await;
    world.sandbox().clear_faults();
    keys.finish("a refused change (403)");

    keys.go_back_to("tab Users").await;
    keys.press_times(Key::Right, 2).await;
    keys.page.see("grid", "Requests").await;
    keys.go_to("input Filter").await;
    keys.type_text("mfaEnabled").await;
    keys.go_to("grid Requests").await;
    keys.press(Key::Down).await;
    keys.go_to("tab Typed").await;
    keys.press(Key::Right).await;
    keys.page.hear("Authorization: Bearer").await;
    keys.go_back_to("tab Requests").await;
    keys.press(Key::Home).await;
    keys.finish("read a request");

    keys.use_button("Help").await;
    keys.wait_for_focus("input Search").await;
    keys.type_text("token").await;
    keys.press_times(Key::Escape, 2).await;
    keys.page.until_shadow("root.querySelector('dialog[open]') === null").await;
    keys.wait_for_focus("button Help").await;
    keys.finish("search the help");
}

#[tokio::test(flavor = "multi_thread")]
async fn region_and_environment_are_chosen_with_keys() {
    let world = World::start(USERS, quick).await;
    let keys = Keyboard::open(&world).await;
    keys.enter_token(&world).await;
    keys.use_button("Change Region").await;
    keys.wait_for_focus("select Region").await;
    keys.use_button("Change Environment").await;
    keys.wait_for_focus("input Environment ID").await;
    keys.press(Key::Enter).await;
    keys.page.hear(&format!("{USERS} users · read")).await;
    keys.finish("connect with a region and an environment of one's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_users_are_changed_and_imported_with_keys() {
    let world = World::start(USERS, quick).await;
    world.give_devices();
    let keys = Keyboard::open(&world).await;
    keys.connect(&world).await;
    keys.page.note_announcements().await;

    keys.go_to("button MFA").await;
    keys.press(Key::Enter).await;
    keys.wait_for_focus("menuitemradio").await;
    for _ in 0..8 {
        if keys.focused().await == "menuitemradio Off" {
            break;
        }
        keys.press(Key::Down).await;
    }
    keys.wait_for_focus("menuitemradio Off").await;
    keys.press(Key::Enter).await;
    keys.wait_for_focus("button MFA: off").await;
    keys.go_to("input Select all").await;
    keys.press(Key::Down).await;
    keys.press_times(Key::Space, 3).await;
    keys.page.until("window.announced.at(-1) === '1 user selected.'").await;
    keys.press(Key::Up).await;
    keys.press(Key::Space).await;
    keys.page.until("/^[0-9]+ users selected.$/.test(window.announced.at(-1))").await;
    let spoken = keys.page.value("window.announced.filter((words) => words.endsWith('selected.'))").await;
    assert_eq!(spoken.as_array().map(Vec::len), Some(2), "only what stays is announced: {spoken}");

    keys.use_button("Enable MFA for").await;
    keys.wait_for_focus("combobox Pilot user").await;
    keys.page.hear("Will be changed").await;
    keys.go_back_to("input Include users with unknown devices").await;
    keys.press(Key::Space).await;
    keys.go_to("combobox Pilot user").await;
    keys.type_text("user").await;
    keys.page.until_shadow("root.querySelector('[role=option]') !== null").await;
    keys.press(Key::Down).await;
    keys.page.until_shadow("root.querySelector('[role=option][aria-selected=true]') !== null").await;
    keys.press(Key::Enter).await;
    keys.use_button("Change pilot user first").await;
    keys.page.hear("Pilot user changed. Check that they can sign in, then continue.").await;
    keys.assert_focus("the pilot user").await;
    keys.use_button("Continue with").await;
    keys.page.run_finished().await;
    keys.assert_focus("the run").await;
    keys.finish("select, review, pilot user, run");

    // The title took the focus when the button that was pressed went.
    keys.wait_for_focus("h2 MFA enabled for").await;
    keys.go_to("button Save report").await;
    keys.press(Key::Enter).await;
    keys.wait_for_focus("menuitem CSV").await;
    keys.press(Key::Enter).await;
    keys.page.hear_announced("Saved.").await;
    keys.assert_focus("saving").await;
    keys.finish("save a report");

    let file = world.file("team.csv", b"Username\r\nadaeze.okonkwo\r\njonas.brandt\r\n");
    keys.go_to("button Import list").await;
    keys.page.choose_file_by_key(&file).await;
    keys.page.see("dialog", "Import list").await;
    keys.page.hear("2 lines of users below a header").await;
    keys.assert_focus("the import").await;
    keys.use_button("Select in table").await;
    keys.page.hear("2 selected").await;
    keys.assert_focus("selecting the imported users").await;
    keys.finish("import a CSV");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_list_is_understood_and_continued_with_keys() {
    let world = World::start(USERS, quick).await;
    let keys = Keyboard::open(&world).await;
    keys.connect(&world).await;
    let on = On { method: Some("GET".into()), endpoint: Some("users".into()), ..On::default() };
    let fault = Fault::Status { status: 403, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).expect("a valid rule");
    keys.use_button("Refresh").await;
    keys.page.see("region", "Troubleshooting").await;
    keys.assert_focus("a refused list").await;
    keys.use_button("Show checks").await;
    keys.page.see("button", "Hide checks").await;
    world.sandbox().clear_faults();
    keys.go_back_to("button Continue").await;
    keys.press(Key::Enter).await;
    keys.page.hear(&format!("{USERS} users · read")).await;
    keys.assert_focus("the list").await;
    keys.finish("a refused list (403)");
}
