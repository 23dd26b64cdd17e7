//! The host of a link (see `modengine/entities/links.py`, which this follows).

use super::tables::EntityTables;

/// The host of a link as it was found; empty where it is masked.
pub fn host_of(tables: &EntityTables, text: &[char]) -> String {
    let written: String = text.iter().collect();
    let mut rest = written.as_str();
    if let Some(at) = rest.find("://") {
        if (1..=5).contains(&rest[..at].chars().count()) {
            rest = &rest[at + 3..];
        }
    }
    let mut host = String::new();
    if tables.masks.iter().any(|mask| mask == rest) {
        return host;
    }
    let mut before = None;
    while let Some(char) = rest.chars().next() {
        if "/?#:".contains(char) {
            break;
        }
        let mut dots = tables.dots.iter();
        let dots = dots.find(|dots| rest.starts_with(*dots));
        let is_apart = |dots: &str| before == Some(' ') && rest[dots.len()..].starts_with(' ');
        let length = match dots {
            Some(dots) if dots != "dot" || is_apart(dots) => {
                host.push('.');
                dots.len()
            }
            _ => {
                match char {
                    '@' => host.clear(),
                    ' ' => {}
                    other => host.push(other),
                }
                char.len_utf8()
            }
        };
        before = rest[..length].chars().next_back();
        rest = &rest[length..];
    }
    host
}

pub fn is_of(host: &str, domain: &str) -> bool {
    host == domain
        || host
            .strip_suffix(domain)
            .is_some_and(|rest| rest.ends_with('.'))
}
