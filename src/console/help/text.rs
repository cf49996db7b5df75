//! Texts of the help: each topic has a few short paragraphs. Where PingOne's documentation leaves a question open, the
//! text says so.

use pingone_mfa_core::diagnosis::topic::Topic;

pub const NAME: &str = "Help";
pub const SEARCH: &str = "Search help";
pub const CLOSE: &str = "Close help";

/// Tooltip of a link to a topic.
pub fn about(topic: Topic) -> String {
    format!("Help: {}", title(topic))
}

/// The number of topics that match the search.
pub fn found(shown: usize, all: usize) -> String {
    match shown {
        0 => "No topic contains all of these words.".to_owned(),
        shown if shown == all => format!("{all} topics."),
        1 => format!("1 of {all} topics."),
        _ => format!("{shown} of {all} topics."),
    }
}

pub const fn title(topic: Topic) -> &'static str {
    match topic {
        Topic::Flag => "What MFA on and off mean",
        Topic::LockOut => "Who may be locked out",
        Topic::Devices => "Devices",
        Topic::NewUsers => "MFA default for new users",
        Topic::Console => "Where to find it in PingOne's console",
        Topic::Token => "Getting an access token",
        Topic::Expiry => "When a token expires",
        Topic::Role => "Least privileged role",
        Topic::Environment => "Environment ID",
        Topic::User => "User ID",
        Topic::Region => "Region",
        Topic::License => "Services and license",
        Topic::Limit => "Rate limits",
        Topic::Network => "No response, or not from PingOne",
        Topic::Storage => "What this page stores",
        Topic::Slips => "Mistakes in PingOne's documentation",
        Topic::Runs => "Runs, undo and run files",
        Topic::Import => "Importing a list",
        Topic::Report => "Reporting a problem",
    }
}

const DOCUMENTATION_MISTAKES: &[&str] = &[
    "Ping's tutorial for this step (Create a test environment, step 7) calls the request a POST. It is a PUT.",
    "The tutorial says that the response shows a password status. It shows _links and mfaEnabled.",
    "The tutorial asks for Environment Admin or Identity Admin. The required role is Identity Data Admin.",
    "Some newer pages print /v1 twice in the address. It must appear only once.",
    "The page about the flag says that it is false by default. New environments create users with the flag on.",
];

const RUNS: &[&str] = &[
    "A run changes many users. The review shows first who is changed, who is skipped and why, and what it costs.",
    "Undo, in the finished run and in the tab Runs, reviews a run that reverts it, for 72 hours. A user who was changed again in the meantime is skipped.",
    "To continue on another computer: Save run file here, Open run file… in the tab Runs there.",
    "Save report writes the result of each user. Filter by report… lists these users again.",
];

const IMPORT: &[&str] = &[
    "Import list reads CSV or text with one user in each line: user ID, external ID, username or email address. The first lines show how the file was read.",
    "A line that matches no user, or several, changes no user. You can save these lines as a file.",
];

pub const fn paragraphs(topic: Topic) -> &'static [&'static str] {
    match topic {
        Topic::Flag => &[
            "PingOne stores one flag for each user, mfaEnabled. On means that PingOne may ask this user for a second factor. Off means that it can't.",
            "The flag alone doesn't cause a prompt. A sign-on policy or a DaVinci flow decides whether a second factor is required, and for which application. This page doesn't read policies or flows.",
            "The flag doesn't pair a device. It doesn't affect the account either: a disabled account stays disabled.",
            "Only a request for the flag itself changes it: PUT …/users/{userID}/mfaEnabled. Updating the user with PUT or PATCH doesn't.",
            "A sign-on policy can test the flag as ${user.mfaEnabled}, and a device policy can block users whose flag is off. In both cases, turning MFA off can block users instead of letting them in.",
        ],
        Topic::LockOut => &[
            "Administrators: PingOne requires MFA for administrators by default. An administrator whose MFA is turned off can no longer sign in, and another administrator has to turn it on again. Leave one administrator out of your selection.",
            "Users without a device: with MFA on, the sign-on policy decides whether they can sign in without a second factor or are blocked.",
            "To let a user in temporarily, allow a bypass instead of turning MFA off: the bypass expires by itself, and MFA stays on.",
            "Before you change many users, start with a pilot user, wait, and then continue. The review asks for a pilot user.",
        ],
        Topic::Devices => &[
            "If a policy requires MFA, sign-in fails for a user with MFA on and no usable device. PingOne's code for this is NO_USABLE_DEVICES.",
            "A device with the status ACTIVATION_REQUIRED was never activated and can't be used for MFA. PingOne deletes it after 24 hours.",
            "The first active device in a user's order is the default device.",
            "PingOne doesn't document whether paired devices are kept when MFA is turned off.",
            "If the environment includes PingID, PingID's own settings may decide how its users sign in, instead of this flag.",
        ],
        Topic::NewUsers => &[
            "Each environment has a default for the flag of new users: users.mfaEnabled in its MFA settings. It doesn't affect existing users.",
            "In new environments the default is on, although PingOne's page about the flag says that it is off.",
            "Who can read it: Environment Admin and Configuration Read Only. Who can change it: Environment Admin, with PUT /environments/{environmentID}/mfaSettings. Identity Data Admin can change every user's flag, but can neither read nor change this default.",
            "Populations don't have a default of their own.",
        ],
        Topic::Console => &[
            "A user's flag: Directory, Users, the user, Services, Authentication. You can also allow a bypass (Allow MFA bypass) and end it early (Resume) there.",
            "Environment ID and region: Settings, Environment Properties.",
            "An application's roles: Applications, the worker application, Roles. An administrator's roles are listed with the user.",
            "A token: Applications, the worker application, Configuration, Get Access Token.",
            "Past changes: Monitoring, Audit. The last 14 days are available immediately. docs.pingidentity.com describes the filters under PingOne, Monitoring.",
            "The console can't change many users at once.",
        ],
        Topic::Token => &[
            "In PingOne's console: Applications, your worker application, Configuration, Get Access Token, Copy Access Token. The application must be enabled (it isn't by default) and must have a role.",
            "If this deployment offers it, sign in with PingOne instead: your own roles apply then, and PingOne's audit log shows your name.",
            "By API: POST https://auth.pingone.eu/{environmentID}/as/token with grant_type=client_credentials and the application's client ID and secret. Use your region's domain. Never do this in a browser: it reveals the secret to everyone who can view the page.",
            "An access token begins with eyJ and has three parts separated by dots. Client secrets, ID tokens, refresh tokens and IDs aren't access tokens. If you paste one, this page says what it is, and sends nothing.",
            "A token with scopes that begin with p1: is a user's own token. It gives access only to that user's record.",
        ],
        Topic::Expiry => &[
            "PingOne's access tokens expire after one hour. For PingOne's own API, this can't be changed, and tokens can't be revoked.",
            "401 usually means that the token has expired. Get a new one and choose Replace token in the menu Token: pending work continues where it stopped.",
            "The top bar shows the expiry by this computer's clock. If that clock is wrong, so is the remaining time.",
        ],
        Topic::Role => &[
            "Changing the flag needs Identity Data Admin. It is the only one of PingOne's older built-in roles with that permission. It can also read users and devices.",
            "Identity Data Read Only can read users and devices, and can't change anything. It is enough for viewing users and for reviewing a run.",
            "Environment Admin can neither read users nor change the flag, although PingOne's tutorial says that it can. It works there because the creator of an environment is given Identity Data Admin in it.",
            "Roles have a scope: an environment or a population. A role for a population can see and change only its users. Identity Data Admin can't be assigned for a whole organization.",
            "With a worker application's token, the application's roles apply. With a signed-in person's token, that person's roles apply. Applications created in the console have no roles at first.",
            "New roles can take a few minutes to take effect. PingOne doesn't document whether a Help Desk Admin or a custom role can change the flag. If it can't, this page shows the refusal.",
        ],
        Topic::Environment => &[
            "A token names the environment that issued it: the one its application belongs to. The users may be in a different environment.",
            "The ID is a UUID. The console shows it under Settings, Environment Properties.",
            "PingOne may return 403 for an environment that doesn't exist. Therefore, this page reads the environment before anything else.",
        ],
        Topic::User => &[
            "A user ID is a UUID. The console shows it with the user. A username or an email address isn't a user ID, but the search accepts both.",
            "404 in PingOne's error format means that the user isn't in this environment, or was deleted. 404 in another format says nothing about the user.",
        ],
        Topic::Region => &[
            "An environment is in one region, and each region has its own domain: .com North America, .ca Canada, .eu Europe, .com.au Australia, .sg Singapore, .asia Asia-Pacific.",
            "The region is the ending of your console's address. A token works only in its own region. This page compares both before it sends anything.",
        ],
        Topic::License => &[
            "LICENSE_EXCEEDED means that the license doesn't cover the request.",
            "If PingOne MFA isn't among the environment's services, requests about devices and policies may be refused with ACCESS_FAILED, whatever the role.",
            "PingOne doesn't document whether the flag itself can be changed without that service.",
        ],
        Topic::Limit => &[
            "429 means that requests were sent too fast. Limits belong to a license and are shared by all of its environments. By default, one IP address may use about a third of a limit.",
            "For changes, this page sends at most 10 requests per second, unless this deployment or you set another maximum, and slows down automatically. The browser sends a preflight request before each request, so each user takes two requests.",
            "Other clients of the same license slow it down as well. This doesn't make a run fail, but it takes longer.",
        ],
        Topic::Network => &[
            "A browser doesn't tell a page why there was no response: being offline, a request blocked by an extension or a proxy, and a refusal without CORS headers look the same.",
            "A response that isn't JSON most likely comes from something between this browser and PingOne: a network's sign-in page, a proxy or a VPN.",
            "403 with \"Invalid key=value pair\" comes from PingOne's gateway, for an address that it doesn't know. It isn't about your credentials.",
            "403 or 404 right after something was created or assigned can resolve itself within a minute or two.",
        ],
        Topic::Storage => &[
            "The token is kept in this page's memory only. Reloading the page forgets it.",
            "The last 200 exchanges are also kept in memory, without the token. They are forgotten together with the token.",
            "A run is stored in this browser so that it can be continued after a crash: user IDs and results, no names. A private window may not allow that.",
            "Data is sent only to PingOne.",
        ],
        Topic::Slips => DOCUMENTATION_MISTAKES,
        Topic::Runs => RUNS,
        Topic::Import => IMPORT,
        Topic::Report => &[
            "Requests lists the last 200 requests. Copy copies one as text, with placeholders for personal data. The token is never included.",
            "PingOne's support asks for the time of a request and for its Correlation-Id. The copy contains the time, and also the Correlation-Id if PingOne lets this page read it. Otherwise, it is under Network in the browser's developer tools.",
        ],
    }
}

/// The topics that contain all words of the search, ignoring case.
pub fn matching(search: &str) -> Vec<Topic> {
    let search = search.to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    Topic::ALL.into_iter().filter(|topic| contains_all(*topic, &words)).collect()
}

fn contains_all(topic: Topic, words: &[&str]) -> bool {
    let text = format!("{} {}", title(topic), paragraphs(topic).join(" ")).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_few_short_paragraphs() {
        for topic in Topic::ALL {
            let paragraphs = paragraphs(topic);
            assert!((2..=6).contains(&paragraphs.len()), "{topic:?}");
            for paragraph in paragraphs {
                assert!(paragraph.len() < 320 && paragraph.ends_with(['.', ']']), "{paragraph}");
                assert!(!paragraph.contains("http://") && !paragraph.contains("www."), "{paragraph}");
            }
        }
    }

    #[test]
    fn a_search_finds_the_topics_that_contain_all_its_words() {
        assert_eq!(matching(""), Topic::ALL);
        assert_eq!(matching("  SCOPE  population "), [Topic::Role]);
        assert!(matching("mfaSettings").contains(&Topic::NewUsers));
        assert!(matching("429").contains(&Topic::Limit));
        assert_eq!(matching("no such word"), []);
    }
}
