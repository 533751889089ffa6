//! Authors and maintainers.

use super::Person;
use super::fault::{ProjectFault, ProjectTableError};
use super::value::ProjectItem;

/// Reads a list of `{name, email}`.
pub(super) fn read(item: ProjectItem<'_>) -> Result<Vec<Person>, ProjectTableError> {
    let mut people = Vec::new();
    for item in item.list()? {
        let mut table = item.clone().table()?;
        let name = table.take("name").map(|name| (name.line(), name));
        let email = table.take("email").map(|email| (email.line(), email));
        table.finish()?;
        let name = match name {
            None => None,
            Some((name, place)) => match name? {
                name if name.contains(',') => return Err(place.error(ProjectFault::Comma)),
                name => Some(name),
            },
        };
        let email = match email {
            None => None,
            Some((email, place)) => match email? {
                email if is_address(&email) => Some(email),
                email => return Err(place.error(ProjectFault::Email(email))),
            },
        };
        if name.is_none() && email.is_none() {
            return Err(item.error(ProjectFault::NoPerson));
        }
        people.push(Person { name, email });
    }
    Ok(people)
}

/// Checks the part of RFC 822 that is needed in lists of addresses.
fn is_address(email: &str) -> bool {
    let quiet = |c: char| !c.is_whitespace() && !matches!(c, ',' | '<' | '>' | '(' | ')' | '"' | ';');
    email.chars().all(quiet)
        && email.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// Returns the field of people without an address, and the field of people with one.
pub(super) fn fields(people: &[Person]) -> (String, String) {
    let mut names = Vec::new();
    let mut addresses = Vec::new();
    for person in people {
        match (&person.name, &person.email) {
            (Some(name), None) => names.push(name.clone()),
            (Some(name), Some(email)) => addresses.push(format!("{} <{email}>", display_name(name))),
            (None, Some(email)) => addresses.push(email.clone()),
            (None, None) => {}
        }
    }
    (names.join(", "), addresses.join(", "))
}

/// Returns the name, quoted if RFC 822 requires it.
fn display_name(name: &str) -> String {
    if name.contains(['(', ')', '<', '>', '@', ',', ':', ';', '.', '\\', '"', '[', ']']) {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        name.to_owned()
    }
}
