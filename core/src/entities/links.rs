//! The host of a link (see `modengine/entities/links.py`).

const DOTS: [&str; 6] = ["[.]", "(.)", "【.】", "。", "点", "·"];

/// The host of a link as it was found; empty where it is masked.
pub fn host_of(text: &[char]) -> String {
    let mut text: String = text.iter().collect();
    if let Some(at) = text.find("://").or_else(|| text.find("：//")) {
        let width = if text[at..].starts_with(':') { 3 } else { 5 };
        text.drain(..at + width);
    }
    for dot in DOTS {
        text = text.replace(dot, ".");
    }
    text.retain(|char| !char.is_whitespace());
    let end = text.find(['/', '?', '#', ':']).unwrap_or(text.len());
    text.truncate(end);
    if let Some(at) = text.rfind('@') {
        text.drain(..=at);
    }
    text
}

pub fn is_of(host: &str, domain: &str) -> bool {
    host == domain
        || host
            .strip_suffix(domain)
            .is_some_and(|rest| rest.ends_with('.'))
}
