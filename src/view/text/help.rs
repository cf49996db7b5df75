//! The help: short paragraphs on one thing each. What PingOne doesn't say is named as that.

use pingone_mfa_core::diagnosis::topic::Topic;

/// The dialog's name, and the buttons'.
pub const NAME: &str = "Help";
/// The search field.
pub const SEARCH: &str = "Search help";
/// The button.
pub const CLOSE: &str = "Close help";
/// A link to a topic.
pub fn about(topic: Topic) -> String {
    format!("Help: {}", title(topic))
}
/// How many topics are shown.
pub fn found(shown: usize, all: usize) -> String {
    match shown {
        0 => "No topic has all of these words.".to_owned(),
        shown if shown == all => format!("{all} topics."),
        1 => format!("1 of {all} topics."),
        _ => format!("{shown} of {all} topics."),
    }
}

/// What new users of this environment begin with.
pub fn new_users_begin(with: Option<bool>, at: &str) -> String {
    match with {
        Some(true) => format!("In this environment new users begin with MFA on (read {at})."),
        Some(false) => format!("In this environment new users begin with MFA off (read {at})."),
        None => {
            format!("PingOne's answer doesn't say what new users of this environment begin with (read {at}).")
        }
    }
}
/// The token may not read it.
pub const NEW_USERS_FORBIDDEN: &str = "What new users of this environment begin with is not readable with this token's role. An Environment Admin can look \
     it up.";
/// It was not read.
pub const NEW_USERS_NOT_READ: &str =
    "What new users of this environment begin with was not read yet. Opening a user reads it.";
/// It could not be read.
pub const NEW_USERS_FAILED: &str = "What new users of this environment begin with could not be read.";

/// A topic's title.
pub const fn title(topic: Topic) -> &'static str {
    match topic {
        Topic::Flag => "What MFA on and off mean",
        Topic::LockOut => "Who may be locked out",
        Topic::Devices => "Devices",
        Topic::NewUsers => "What new users begin with",
        Topic::Console => "Where PingOne's console has it",
        Topic::Token => "Getting an access token",
        Topic::Expiry => "When a token ends",
        Topic::Role => "The smallest role",
        Topic::Environment => "The environment ID",
        Topic::User => "The user ID",
        Topic::Region => "The region",
        Topic::License => "Services and license",
        Topic::Limit => "How fast PingOne lets requests through",
        Topic::Network => "No answer, or not PingOne's",
        Topic::Storage => "What this page keeps",
        Topic::Slips => "Slips of PingOne's own pages",
        Topic::Report => "Reporting a problem",
    }
}

/// What is wrong on pages of PingOne's that lead here.
const SLIPS: &[&str] = &[
    "Ping's tutorial for this step (Create a test environment, step 7) calls the request a POST. It is a PUT.",
    "It says that the answer shows a password status. It shows _links and mfaEnabled.",
    "It asks for Environment Admin or Identity Admin. The role that counts is Identity Data Admin.",
    "Some newer pages print /v1 twice in the address. It belongs there once.",
    "The page about the flag says that it is false by default. New environments create users with it on.",
];

/// What is to be said about a topic.
pub const fn paragraphs(topic: Topic) -> &'static [&'static str] {
    match topic {
        Topic::Flag => &[
            "PingOne keeps one flag for every user, mfaEnabled. On means that PingOne may ask this user for a second factor. Off means that it can't.",
            "The flag asks for nothing by itself. A sign-on policy or a DaVinci flow decides whether a second factor is asked for, and for which application. This page reads neither.",
            "The flag pairs no device. It isn't about the account either: a disabled account stays disabled.",
            "Only a request for the flag changes it: PUT …/users/{userID}/mfaEnabled. An update of the user, by PUT or PATCH, doesn't.",
            "A sign-on policy may compare the flag, as ${user.mfaEnabled}, and a device policy may block users whose flag is off. Then off keeps somebody out instead of letting them in.",
        ],
        Topic::LockOut => &[
            "Administrators: PingOne demands a second factor of them by default. An administrator whose MFA is turned off can't sign on any more, and another administrator has to turn it on again. Keep one who is not in your selection.",
            "Users without a device: with MFA on, the sign-on policy decides whether they are let in without a second factor or turned away.",
            "To let somebody in for a while, allow a bypass instead of turning MFA off: it ends by itself, and MFA stays on.",
            "Before a run over many: start with a test user, then wait, then go on. The review asks for one.",
        ],
        Topic::Devices => &[
            "A user with MFA on and no usable device fails where a policy asks: PingOne's code for it is NO_USABLE_DEVICES.",
            "A device whose status is ACTIVATION_REQUIRED was never activated and can't answer. PingOne deletes it after 24 hours.",
            "The first active device in a user's order is the default one.",
            "Whether devices are kept when MFA is turned off, PingOne doesn't say.",
            "Where PingID is in the environment, PingID's own settings may decide how its users sign on, and not this flag.",
        ],
        Topic::NewUsers => &[
            "Each environment has a default for the flag of users who are created: users.mfaEnabled in its MFA settings. It changes nobody who exists.",
            "New environments begin with it on, although PingOne's page about the flag says that the default is off.",
            "Who can read it: Environment Admin and Configuration Read Only. Who can change it: Environment Admin, by PUT /environments/{environmentID}/mfaSettings. Identity Data Admin, who may change every user's flag, can do neither.",
            "Populations have no default of their own.",
        ],
        Topic::Console => &[
            "One user's flag: Directory, Users, the user, Services, Authentication. Bypass (Allow MFA bypass) and its early end (Resume) are there too.",
            "Environment ID and region: Settings, Environment Properties.",
            "An application's roles: Applications, the worker application, Roles. An administrator's roles are with the user.",
            "A token: Applications, the worker application, Configuration, Get Access Token.",
            "What was changed: Monitoring, Audit. The last 14 days are there at once. docs.pingidentity.com has the filters under PingOne, Monitoring.",
            "There is no place in the console that changes many users at once.",
        ],
        Topic::Token => &[
            "In PingOne's console: Applications, your worker application, Configuration, Get Access Token, Copy Access Token. The application has to be enabled (it isn't at first) and to have a role.",
            "Where this deployment offers it, sign in with PingOne instead: your own roles hold then, and PingOne's audit log has your name.",
            "By API: POST https://auth.pingone.eu/{environmentID}/as/token with grant_type=client_credentials and the application's client ID and secret. The domain is your region's. Never do this in a browser: the secret would be known to whoever can see the page.",
            "An access token begins with eyJ and has three parts with dots between them. A client secret, an ID token, a refresh token and an ID are none; this page says which of them was pasted, and sends nothing.",
            "A token with scopes that begin with p1: is a user's own. It reaches that user's record alone.",
        ],
        Topic::Expiry => &[
            "PingOne's access tokens end after one hour. That can't be changed for PingOne's own API, nor can a token be revoked.",
            "401 usually means that the token has ended. Get another one and press Replace token: whatever waits goes on where it stopped.",
            "The band shows the end by this computer's clock. Where that clock is wrong, so is the time that is left.",
        ],
        Topic::Role => &[
            "Changing the flag needs Identity Data Admin. It is the only one of PingOne's older built-in roles with that permission; it reads users and devices too.",
            "Identity Data Read Only reads users and devices and changes nothing: enough to look, and for a rehearsal.",
            "Environment Admin may neither read users nor change the flag, although PingOne's tutorial says so. It works there because whoever creates an environment is given Identity Data Admin in it.",
            "Roles have a scope: an environment or a population. With a population's, only its users can be seen and changed. Identity Data Admin can't be given for a whole organization.",
            "For a worker application the application's roles hold; for somebody who signed in, that person's. Applications that are made in the console begin without any.",
            "A role that was just granted can take some minutes to arrive. Whether a Help Desk Admin or a custom role may change the flag, PingOne doesn't say; a refusal here would show it.",
        ],
        Topic::Environment => &[
            "A token names the environment that issued it: the one its application lives in. The users may be in another one.",
            "The ID is a UUID, under Settings, Environment Properties.",
            "PingOne may answer 403 for an environment that doesn't exist. So this page reads the environment before anything else.",
        ],
        Topic::User => &[
            "A user ID is a UUID; the console shows it at the user. A username or an e-mail address is none, but Find a person takes both.",
            "404 in PingOne's words means that the user isn't in this environment, or was deleted. A 404 in other words says nothing about the user.",
        ],
        Topic::Region => &[
            "An environment is in one region, and each region has a domain of its own: .com North America, .ca Canada, .eu Europe, .com.au Australia, .sg Singapore, .asia Asia-Pacific.",
            "The region is the ending of your console's address. A token of one region is no good in another; this page compares both before it sends anything.",
        ],
        Topic::License => &[
            "LICENSE_EXCEEDED means that the license doesn't cover the request.",
            "Where PingOne MFA isn't among the environment's services, requests about devices and policies may be refused with ACCESS_FAILED, whatever the role.",
            "Whether the flag itself can be changed without that service, PingOne doesn't say.",
        ],
        Topic::Limit => &[
            "429 means that requests came too fast. Limits belong to a license and are shared by all of its environments; by default one address may use about a third of one.",
            "This page sends at most 10 requests a second for changes, unless this deployment or you choose another ceiling, and slows down by itself. The browser asks for leave before each request, so a user costs two.",
            "Other clients of the same license slow it down as well. A run doesn't fail over that, it takes longer.",
        ],
        Topic::Network => &[
            "A browser doesn't tell a page why there was no answer: offline, blocked by an extension or a proxy, and refused without permission headers look the same.",
            "An answer that isn't JSON was most likely written by something on the way: a sign-in page of a network, a proxy, a VPN.",
            "403 with \"Invalid key=value pair\" is PingOne's gateway, for an address that it doesn't know. It is not about your credentials.",
            "403 or 404 right after something was created or granted can pass by itself within a minute or two.",
        ],
        Topic::Storage => &[
            "The token is in this page's memory alone. Reloading the page forgets it.",
            "The last 200 exchanges are in memory too, without the token. They are forgotten with it.",
            "A run is stored in this browser so that it can be continued after a crash: user IDs and results, no names. A private window may not permit that.",
            "Nothing is sent to anyone but PingOne.",
        ],
        Topic::Slips => SLIPS,
        Topic::Report => &[
            "Under Response, Exchanges lists the last 200 requests. Copy exchange takes one as text, with placeholders for people; the token is never in it.",
            "PingOne's support asks for the time of a request and for its Correlation-Id. The time is in the copy, and so is the Correlation-Id where PingOne lets this page read it; otherwise it is under Network in the browser's developer tools.",
        ],
    }
}

/// The topics in which all words of a search stand, in capitals or not.
pub fn matching(search: &str) -> Vec<Topic> {
    let search = search.to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    Topic::ALL.into_iter().filter(|topic| has_all(*topic, &words)).collect()
}

fn has_all(topic: Topic, words: &[&str]) -> bool {
    let text = format!("{} {}", title(topic), paragraphs(topic).join(" ")).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_says_something_short() {
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
    fn a_search_finds_the_topics_that_have_all_its_words() {
        assert_eq!(matching(""), Topic::ALL);
        assert_eq!(matching("  SCOPE  population "), [Topic::Role]);
        assert!(matching("mfaSettings").contains(&Topic::NewUsers));
        assert!(matching("429").contains(&Topic::Limit));
        assert_eq!(matching("no such word"), []);
    }
}
