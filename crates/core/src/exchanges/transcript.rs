//! Exchanges as plain text, for example for a support ticket.

use std::fmt::Write as _;

use pingone::exchange::{Answer, BodyKind, Exchange};
use pingone::redaction::personal_data;
use pingone::redaction::secrets::PLACEHOLDER;

/// Whether a text contains personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum People {
    /// Names, addresses and phone numbers are replaced by placeholders.
    Hidden,
    /// Personal data is included unchanged.
    Shown,
}

/// The request and its answer as text: what was sent, when, how long it took, and the answer.
#[must_use]
pub fn transcript(exchange: &Exchange, people: People) -> String {
    let url = exchange.url();
    let url = if people == People::Hidden { personal_data::address(&url) } else { url };
    let mut text = format!(
        "{} {url}\nAccept: application/json\nAuthorization: Bearer {PLACEHOLDER}\n",
        exchange.request.method
    );
    let body = exchange.sent();
    if !body.is_empty() {
        let body = if people == People::Hidden { personal_data::json(&body) } else { body };
        // Writing to a string can't fail.
        let _ = write!(text, "Content-Type: application/json\n\n{body}\n");
    }
    let _ = write!(
        text,
        "\nSent {}, attempt {}, {} ms\n{}",
        exchange.at.to_rfc3339(),
        exchange.attempt,
        exchange.took.0,
        exchange
            .answer
            .as_ref()
            .map_or_else(|| "No answer\n".to_owned(), |answer| answer_text(answer, people)),
    );
    text
}

/// Transcripts of several exchanges, separated by a line of hyphens.
pub fn transcripts<'a>(exchanges: impl Iterator<Item = &'a Exchange>, people: People) -> String {
    let texts: Vec<String> = exchanges.map(|exchange| transcript(exchange, people)).collect();
    texts.join("\n----------------------------------------\n\n")
}

fn answer_text(answer: &Answer, people: People) -> String {
    let mut text = format!("{}\n", answer.head.status);
    if let Some(id) = &answer.head.correlation_id {
        let _ = writeln!(text, "Correlation-Id: {id}");
    }
    let body = match (people, answer.kind) {
        (People::Shown, _) | (_, BodyKind::Empty) => answer.body.clone(),
        (People::Hidden, BodyKind::Json) => personal_data::json(&answer.body),
        // A body that isn't PingOne's JSON may contain personal data anywhere.
        (People::Hidden, kind) => format!("[{}, {} bytes]", kind_name(kind), answer.size),
    };
    if !body.is_empty() {
        let _ = write!(text, "\n{}\n", body.trim_end());
    }
    if answer.is_cut {
        let _ = writeln!(text, "[not kept whole: {} bytes]", answer.size);
    }
    text
}

const fn kind_name(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::Empty => "empty",
        BodyKind::Json => "JSON",
        BodyKind::Html => "HTML",
        BodyKind::Text => "text",
        BodyKind::Bytes => "not UTF-8",
    }
}

#[cfg(test)]
mod tests {
    use super::super::filter::tests::{answer, exchange};
    use super::*;

    #[test]
    fn a_transcript_has_the_information_for_a_ticket() {
        let body = "{\n  \"username\": \"jonas.brandt\",\n  \"mfaEnabled\": true\n}".to_owned();
        let exchange = exchange(2, Some(Answer { body, ..answer(200) }));
        let hidden = transcript(&exchange, People::Hidden);
        assert_eq!(
            hidden,
            "PUT https://api.pingone.eu/v1/environments/00000000-0000-0000-0000-000000000001/users/\
             00000000-0000-0000-0000-000000000002/mfaEnabled\n\
             Accept: application/json\nAuthorization: Bearer {token}\nContent-Type: application/json\n\n\
             {\"mfaEnabled\":true}\n\nSent 2026-11-24T00:00:00.000Z, attempt 1, 143 ms\n200\n\
             Correlation-Id: 9C1D7E02-aaaa\n\n{\n  \"username\": \"[username]\",\n  \"mfaEnabled\": true\n}\n"
        );
        assert_eq!(transcript(&exchange, People::Shown), hidden.replace("[username]", "jonas.brandt"));
    }

    #[test]
    fn a_body_that_is_not_json_is_described_and_not_included() {
        let page = "<html>Jonas Brandt</html>".to_owned();
        let page = Answer { body: page, kind: BodyKind::Html, size: 25, is_cut: true, ..answer(502) };
        let exchange = exchange(2, Some(page));
        let hidden = transcript(&exchange, People::Hidden);
        assert!(hidden.ends_with("\n[HTML, 25 bytes]\n[not kept whole: 25 bytes]\n"), "{hidden}");
        assert!(transcript(&exchange, People::Shown).contains("Jonas Brandt"));
    }

    #[test]
    fn a_missing_answer_is_stated_and_exchanges_are_separated() {
        let none = exchange(2, None);
        assert!(transcript(&none, People::Hidden).ends_with(", 143 ms\nNo answer\n"));
        let both = transcripts([&none, &none].into_iter(), People::Hidden);
        assert_eq!(both.matches("PUT https").count(), 2);
        assert_eq!(both.matches("\n-----").count(), 1);
    }
}
