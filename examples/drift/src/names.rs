//! The names that people give to things. The crate knows only the ids.

use std::collections::HashMap;

use serde::Deserialize;

/// The names of the assignments on one page.
#[derive(Default)]
pub struct Names(HashMap<String, Named>);

#[derive(Default, Clone)]
pub struct Named {
    pub package: Option<String>,
    pub target: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    value: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    access_package: Option<Package>,
    target: Option<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    display_name: Option<String>,
    principal_name: Option<String>,
}

/// Anybody can choose a name, so a control character must not reach the terminal.
fn plain(name: String) -> String {
    if name.contains(char::is_control) { name.replace(char::is_control, " ") } else { name }
}

impl Names {
    /// A page in another form has no names: the ids have to do then.
    #[must_use]
    pub fn of_page(page: &[u8]) -> Self {
        let Ok(Page { value }) = serde_json::from_slice(page) else { return Self::default() };
        let named = |item: Item| {
            let package = item.access_package.and_then(|it| it.display_name);
            let target = item.target.and_then(|it| it.principal_name.or(it.display_name));
            (item.id.to_ascii_lowercase(), Named { package: package.map(plain), target: target.map(plain) })
        };
        Self(value.into_iter().map(named).collect())
    }

    #[must_use]
    pub fn of(&self, id: &str) -> Named {
        self.0.get(id).cloned().unwrap_or_default()
    }
}
