//! A page that can't start names the file that is the cause. It is never blank.

use pingone_mfa_e2e::{FaultProxy, ProxyFault, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn altered_wasm_is_refused_and_named() {
    let world = World::with_users(1).await;
    world.release.alter("pingone-mfa-", ".wasm");
    let page = world.open().await;
    page.hear("PingOne MFA stopped").await;
    page.hear(".wasm doesn't match this release.").await;
    assert!(page.find("password", "Access token").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_wasm_is_refused_and_named() {
    let world = World::with_users(1).await;
    world.release.cut("pingone-mfa-", ".wasm");
    world.open().await.hear(".wasm doesn't match this release.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_wasm_is_named_with_its_status() {
    let world = World::with_users(1).await;
    world.release.remove("pingone-mfa-", ".wasm");
    world.open().await.hear(".wasm: the server answered 404.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_second_file_is_named_and_can_be_loaded_again() {
    let world = World::with_users(3).await;
    let rest = world.release.file("rest-", ".wasm");
    let whole = std::fs::read(&rest).unwrap();
    world.release.remove("rest-", ".wasm");
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Connect").await;
    page.hear("The rest of the page could not be loaded. Nothing was sent").await;
    page.hear(".wasm: the server answered 404. Files of this release are missing.").await;
    assert!(world.sandbox().seen().is_empty(), "nothing was sent");
    assert_eq!(page.axe().await, Vec::<String>::new());

    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    std::fs::write(&rest, altered).unwrap();
    page.press("button", "Try again").await;
    page.hear(".wasm doesn't match this release.").await;
    assert!(world.sandbox().seen().is_empty(), "nothing was sent");

    std::fs::write(&rest, whole).unwrap();
    page.press("button", "Try again").await;
    page.hear("3 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_style_of_the_second_file_is_named_and_can_be_loaded_again() {
    let world = World::with_users(3).await;
    let style = world.release.file("console-", ".css");
    let whole = std::fs::read(&style).unwrap();
    world.release.remove("console-", ".css");
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Connect").await;
    page.hear(".css: the server answered 404. Files of this release are missing.").await;
    std::fs::write(&style, &whole[1..]).unwrap();
    page.press("button", "Try again").await;
    page.hear(".css doesn't match this release.").await;
    assert!(world.sandbox().seen().is_empty(), "nothing was sent");

    std::fs::write(&style, whole).unwrap();
    page.press("button", "Try again").await;
    page.hear("3 users · read").await;
    let is_laid_out = "getComputedStyle(root.querySelector('.console')).display === 'flex'";
    assert_eq!(page.ask_shadow(is_laid_out).await, true, "the style is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn connecting_before_the_second_file_arrives_shows_that_it_is_loading() {
    let world = World::with_users(3).await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    // From here on the network is slow, and the second file is downloaded again.
    page.devtools("Network.enable", json!({})).await.unwrap();
    let slow = json!({"offline": false, "latency": 0, "downloadThroughput": 200_000, "uploadThroughput": -1});
    page.devtools("Network.setCacheDisabled", json!({"cacheDisabled": true})).await.unwrap();
    page.devtools("Network.emulateNetworkConditions", slow).await.unwrap();
    page.reload().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Connect").await;
    page.see("button", "Loading …").await;
    // At this speed the second file alone takes eight seconds.
    page.hear_late("3 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn altered_style_is_refused_and_named() {
    let world = World::with_users(1).await;
    world.release.alter("widget-", ".css");
    world.open().await.hear(".css doesn't match this release.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_or_missing_element_is_refused_and_named() {
    let world = World::with_users(1).await;
    world.release.alter("element-", ".js");
    let page = world.open().await;
    page.hear("PingOne MFA didn't start").await;
    page.hear("doesn't match this release").await;
    world.release.remove("element-", ".js");
    world.open().await.hear(".js: the server answered 404.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_boot_script_shows_the_fallback_message() {
    let world = World::with_users(1).await;
    world.release.alter("boot-", ".js");
    world.open().await.hear("boot.js was refused by the browser").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_forbids_wasm_is_reported_with_the_missing_keyword() {
    let world = World::with_users(1).await;
    world.release.rewrite_headers(" 'wasm-unsafe-eval'", "");
    world.open().await.hear("script-src needs 'wasm-unsafe-eval'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_config_is_reported_by_field_and_a_missing_one_is_accepted() {
    let world = World::start(1, |_| r#"{"listOnConect": 5}"#.to_owned()).await;
    world.open().await.hear("config.json: listOnConect: is not known").await;
    let world = World::start(1, |_| String::new()).await;
    world.open().await.see("password", "Access token").await;
}

/// Hosts of single-page applications answer every unknown path with index.html and status 200.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_starts_if_the_host_answers_a_missing_config_with_its_fallback_page() {
    let world = World::start(1, |_| String::new()).await;
    let fault_proxy = FaultProxy::to(&world.page_origin, "", ProxyFault::Fallback);
    let page = world.visit(&fault_proxy.origin).await;
    page.see("password", "Access token").await;
    // Also for a bundler's folder, and for a deep address.
    let answer = "fetch('config.json').then((answer) => answer.text()).then(arguments[arguments.length - 1])";
    let answer = page.ask(answer, vec![]).await.unwrap();
    assert!(answer.as_str().is_some_and(|text| text.contains("<pingone-mfa>")), "{answer}");
}

/// The page may be a gateway's in front of a config.json with limits. Starting without that file could drop the limits.
#[tokio::test(flavor = "multi_thread")]
async fn another_page_instead_of_the_config_is_reported_and_reloading_reads_it_again() {
    for other_page in ["<!doctype html><title>Sign in</title>", "\u{feff}\n <html><body>Portal</body></html>"]
    {
        let world = World::start(1, |_| String::new()).await;
        world.release.add("config.json", other_page);
        let page = world.open().await;
        page.hear("config.json: the host answers another page for it").await;
        world.release.add("config.json", "{}");
        page.reload().await;
        page.see("password", "Access token").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_answered_with_the_fallback_page_is_named() {
    let config = |origin: &str| config_json(origin);
    for (begin, end) in [
        ("element-", ".js"),
        ("tick-", ".js"),
        ("page-", ".css"),
        ("pingone-mfa-", ".wasm"),
        ("widget-", ".css"),
    ] {
        let world = World::start(1, config).await;
        let name = world.release.file(begin, end).file_name().unwrap().to_string_lossy().into_owned();
        world.release.remove(begin, end);
        let fault_proxy = FaultProxy::to(&world.page_origin, "", ProxyFault::Fallback);
        let page = world.visit(&fault_proxy.origin).await;
        page.hear(&format!("{name}: the host answers its fallback page. Files of this release are missing."))
            .await;
    }
    let world = World::start(1, config).await;
    world.release.remove("rest-", ".wasm");
    let fault_proxy = FaultProxy::to(&world.page_origin, "", ProxyFault::Fallback);
    let page = world.visit(&fault_proxy.origin).await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Connect").await;
    page.hear(": the host answers its fallback page.").await;
    let world = World::start(1, config).await;
    world.release.remove("boot-", ".js");
    let fault_proxy = FaultProxy::to(&world.page_origin, "", ProxyFault::Fallback);
    world.visit(&fault_proxy.origin).await.hear("boot.js was refused by the browser or not found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_release_has_a_404_page_that_works_at_any_address() {
    let world = World::with_users(1).await;
    let page = String::from_utf8(world.release.read("404.html")).unwrap();
    assert!(page.contains("<title>Not found - PingOne MFA</title>") && page.contains("ends with a slash"));
    assert!(!page.contains("<script") && !page.contains("href"), "it works at any address");
}

/// The file is corrected while the page is open. Nothing else is reloaded.
#[tokio::test(flavor = "multi_thread")]
async fn try_again_on_a_configuration_error_reads_the_file_again() {
    let world = World::start(1, |_| String::new()).await;
    world.release.add("config.json", r#"{"listOnConect": 5}"#);
    let page = world.open().await;
    page.hear("config.json: listOnConect: is not known").await;
    page.run("window.stayed = true; arguments[0]();").await;
    world.release.add("config.json", r#"{"listOnConnect": "five"}"#);
    page.press("button", "Try again").await;
    page.hear("config.json: listOnConnect").await;
    world.release.add("config.json", r#"{"listOnConnect": 5, "notice": "Read anew."}"#);
    page.press("button", "Try again").await;
    page.hear("Read anew.").await;
    page.see("password", "Access token").await;
    assert_eq!(page.value("window.stayed === true").await, json!(true), "the page itself wasn't reloaded");
}

/// Rewrites a page as Cloudflare's Rocket Loader does: it changes the type of scripts so that browsers don't run
/// them, and another script starts them later. Its opt-out attribute is honored if `honors_opt_out` is set. Otherwise
/// the page's fallback message explains what happened.
fn rewritten_by_edge(page: &str, honors_opt_out: bool) -> String {
    let mut rewritten = String::new();
    for part in page.split_inclusive("<script ") {
        let is_opted_out = honors_opt_out && part.starts_with(r#"data-cfasync="false""#);
        let is_script = part.contains("src=") && part.contains("</script>");
        rewritten += &if is_script && !is_opted_out {
            part.replace(r#"type="module""#, r#"type="0123456789abcdef-module""#)
        } else {
            part.to_owned()
        };
    }
    rewritten
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_opt_out_of_rewriting_by_an_edge_or_the_cause_is_named() {
    let world = World::with_users(1).await;
    let page = String::from_utf8(world.release.read("index.html")).unwrap();
    let without = page.replace(r#"data-cfasync="false" "#, "");
    assert_ne!(rewritten_by_edge(&without, true), without, "the emulated edge rewrites scripts");
    world.release.add("index.html", &rewritten_by_edge(&page, true));
    world.open().await.see("password", "Access token").await;
    world.release.add("index.html", &rewritten_by_edge(&page, false));
    world.open().await.hear("If something on the way rewrites scripts (such as Rocket Loader)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_its_trailing_slash_is_reported() {
    let world = World::with_users(1).await;
    // A host that shows the page there instead of redirecting to the address with the slash. All files are then
    // requested one folder too high.
    let fault_proxy = FaultProxy::to(&world.page_origin, "", ProxyFault::Fallback);
    let page = world.visit(&format!("{}/tools/mfa", fault_proxy.origin)).await;
    page.hear("If the address lacks the slash at its end, add it.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_worker_on_the_origin_stops_the_page() {
    let world = World::with_users(1).await;
    // Another application on the origin installs it under a less strict policy.
    world.release.add("sw.js", "self.addEventListener('fetch', () => {});");
    world.release.rewrite_headers("Content-Security-Policy", "X-Other-Policy");
    let page = world.open().await;
    page.see("password", "Access token").await;
    page.run(
        "const done = arguments[0];
        navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => done(true));",
    )
    .await;
    world.release.rewrite_headers("X-Other-Policy", "Content-Security-Policy");
    page.reload().await;
    page.hear("A service worker is installed for").await;
    assert!(page.find("password", "Access token").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_is_strict_and_the_page_does_not_violate_it() {
    let world = World::start(1, config_json).await;
    let headers = std::fs::read_to_string(world.release.file("_headers", "")).unwrap();
    let policy = headers.lines().find(|line| line.contains("Content-Security-Policy")).unwrap();
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    assert!(policy.contains("require-trusted-types-for 'script'; trusted-types pingone-mfa"), "{policy}");
    let page = world.open().await;
    page.see("password", "Access token").await;
    assert_eq!(world.complaints(true).await, Vec::<String>::new());
}

/// Changes one byte of each file that the page loads and runs. Two files aren't pinned by others: index.html
/// pins the rest, and the icon isn't code. SHA256SUMS covers both (`tests/hosting.rs`). A stale file from
/// another release is the same case.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_refuses_to_start_with_any_altered_file() {
    let mut world = World::with_users(1).await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    let loaded = page
        .ask("arguments[0](performance.getEntriesByType('resource').map((entry) => entry.name));", vec![])
        .await
        .unwrap();
    let mut loaded: Vec<String> = serde_json::from_value(loaded).unwrap();
    for name in &mut loaded {
        *name = name.rsplit('/').next().unwrap().to_owned();
    }
    // The second file and its style are loaded later, and refused then.
    loaded.retain(|name| !name.starts_with("rest-") && !name.starts_with("console-"));
    let pinned: Vec<String> =
        world.release.names().into_iter().filter(|name| loaded.contains(name)).collect();
    let stems: Vec<_> =
        pinned.iter().filter_map(|name| name.rsplit_once('-')).map(|(stem, _)| stem).collect();
    assert_eq!(stems, ["boot", "element", "page", "pingone-mfa", "tick", "widget"], "{loaded:?}");
    for name in pinned.iter().filter(|name| name.contains('-')) {
        world.release.alter("", name);
        // Loaded files are cached for a year, so only a new browser requests them again.
        world.renew_browser().await;
        let page = world.open().await;
        page.hear("Reload in a minute; if it stays, the files on the server were altered or mixed.").await;
        if !name.starts_with("boot-") {
            page.hear(name).await;
        }
        assert!(page.find("password", "Access token").await.is_none(), "{name}");
        world.release.alter("", name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_files_of_another_release_is_reported() {
    let world = World::with_users(1).await;
    world.release.remove("boot-", ".js");
    world
        .open()
        .await
        .hear("Reload in a minute; if it stays, the files on the server were altered or mixed")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_clock_worker_or_style_is_named_with_its_status() {
    let world = World::with_users(1).await;
    world.release.remove("tick-", ".js");
    let page = world.open().await;
    page.hear("tick-").await;
    page.hear(".js: the server answered 404.").await;
    let world = World::with_users(1).await;
    world.release.remove("page-", ".css");
    world.open().await.hear(".css: the server answered 404.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wasm_that_a_gateway_refuses_is_named_and_can_be_retried_without_reloading() {
    let world = World::with_users(1).await;
    let fault_proxy = FaultProxy::to(&world.page_origin, ".wasm", ProxyFault::Unavailable);
    let page = world.visit(&fault_proxy.origin).await;
    page.hear(".wasm: the server answered 503.").await;
    fault_proxy.clear();
    page.press("button", "Try again").await;
    page.see("password", "Access token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wasm_whose_download_is_cut_is_named_and_can_be_retried_without_reloading() {
    let world = World::with_users(1).await;
    let fault_proxy = FaultProxy::to(&world.page_origin, ".wasm", ProxyFault::Cut);
    let page = world.visit(&fault_proxy.origin).await;
    page.hear(".wasm could not be downloaded, or the download was cut.").await;
    fault_proxy.clear();
    page.press("button", "Try again").await;
    page.see("password", "Access token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stalled_files_are_named_after_ten_seconds_and_the_page_starts_once_they_arrive() {
    for (end, sentence) in
        [(".wasm", ".wasm hasn't arrived after 10 seconds."), ("config.json", "config.json or tick-")]
    {
        let world = World::with_users(1).await;
        let fault_proxy = FaultProxy::to(&world.page_origin, end, ProxyFault::Stalled);
        let page = world.visit(&fault_proxy.origin).await;
        page.hear(sentence).await;
        fault_proxy.clear();
        page.see("password", "Access token").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wasm_with_a_generic_media_type_still_starts() {
    let world = World::with_users(1).await;
    let fault_proxy = FaultProxy::to(&world.page_origin, ".wasm", ProxyFault::Untyped);
    world.visit(&fault_proxy.origin).await.see("password", "Access token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_wasm_is_reported() {
    let world = World::with_users(1).await;
    world.visit("about:blank").await.precede("delete window.WebAssembly;").await;
    world.open().await.hear("This browser has WebAssembly switched off.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_browser_is_reported_with_its_missing_features() {
    let world = World::with_users(1).await;
    let old = "CSS.supports = () => false; delete IDBTransaction.prototype.durability;";
    world.visit("about:blank").await.precede(old).await;
    let page = world.open().await;
    page.hear("it has no light-dark() in style sheets and no strict durability of IndexedDB.").await;
    page.hear("Use Chrome or Edge 123, ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_workers_or_database_still_lists_and_switches_users() {
    let world = World::with_users(20).await;
    let without = "delete window.Worker; Object.defineProperty(window, 'indexedDB', { value: undefined });";
    world.visit("about:blank").await.precede(without).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_fallback_message_is_shown() {
    let world = World::with_users(1).await;
    let page = world.visit("about:blank").await;
    page.devtools("Emulation.setScriptExecutionDisabled", serde_json::json!({"value": true})).await.unwrap();
    let page = world.open().await;
    for _ in 0..300 {
        if page.spoken().await.contains("JavaScript is switched off") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no message is shown without scripts:\n{}", page.spoken().await);
}
