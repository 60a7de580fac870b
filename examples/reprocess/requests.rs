//! The newest request for an assignment, from a list of requests.

use access_package::graph::json::{self, ReadError};
use access_package::{AssignmentId, Purpose, Recency};
use serde_json::Value;

/// The newest request for access to this assignment (R32). `None` if the text is not a list.
pub fn newest(text: &[u8], assignment: Option<AssignmentId>) -> Result<Option<Vec<u8>>, String> {
    let list: Value = serde_json::from_slice(text).unwrap_or_default();
    let Some(items) = list["value"].as_array().or(list.as_array()) else { return Ok(None) };
    let assignment = assignment.ok_or(crate::asked::NO_FILE)?;
    if let Some(next) = list["@odata.nextLink"].as_str() {
        // R45
        let help = "pass only the newest request for the assignment";
        return Err(format!("not the whole list, which continues at {next}: {help}"));
    }
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let shown = ["assignment", "accessPackageAssignment"].map(|name| item[name]["id"].as_str());
        let id = shown.into_iter().flatten().find_map(|id| id.parse::<AssignmentId>().ok());
        if id.is_some_and(|id| id != assignment) {
            continue;
        }
        let text = item.to_string().into_bytes();
        match json::read_request(&text, Recency::Newest) {
            Ok(read) if read.request.purpose == Purpose::Grant => found.push((read.request.completed, text)),
            Ok(_) | Err(ReadError::RequestWithoutAssignment { .. }) => {}
            Err(error) => return Err(format!("`value[{index}]`: {error}")),
        }
    }
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    match found.as_slice() {
        [] => Err(format!("the list has no request for access to the assignment `{assignment}`")),
        [(one, _), (other, _), ..] if one == other => {
            Err(format!("two requests were completed at {one}: pass only the newest one"))
        }
        [(_, newest), ..] => Ok(Some(newest.clone())),
    }
}
