//! The requests of failed deliveries: they can be reprocessed for 14 days.

use access_package::graph::json::{self, RequestDocument};
use access_package::{AssignmentRequest, AssignmentState, Purpose, Recency};
use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::book::Book;
use crate::circle::Circle;
use crate::inventory::{MANAGEMENT, answered, get};
use crate::problem::Problem;
use crate::service::Service;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

/// Reads the requests if there is a failed delivery. If the service refuses or has no such list, that is
/// kept, and the check goes on.
pub async fn from_service(service: &Service, book: &mut Book) -> Result<(), Problem> {
    let totals = book.totals()?;
    if totals.failed + totals.partial == 0 {
        return Ok(());
    }
    for state in [AssignmentState::PartiallyDelivered, AssignmentState::DeliveryFailed] {
        let filter = format!("$filter=state%20eq%20'{}'&$expand=assignment", state.as_str());
        let mut next = Some(format!("{}/{MANAGEMENT}/assignmentRequests?{filter}", service.base_url));
        let mut circle = Circle::default();
        while let Some(url) = next {
            if circle.is_closed_by(&url) {
                return book.cannot_read_requests(&Problem::Circle(url).to_string());
            }
            let response = service.send("requests", &get(&url, &service.base_url)?).await?;
            let page = serde_json::from_slice::<Page<'_>>(response.body()).ok();
            let Some(page) = page.filter(|_| response.status() == StatusCode::OK) else {
                return book.cannot_read_requests(&answered(service, &url, &response).await.to_string());
            };
            let requests: Vec<_> = page.value.iter().filter_map(|item| read(item)).collect();
            book.add_requests(&requests)?;
            next = page.next_link;
        }
    }
    Ok(())
}

/// A completed request for access.
fn read(document: &RawValue) -> Option<AssignmentRequest> {
    let RequestDocument { request, .. } =
        json::read_request(document.get().as_bytes(), Recency::Newest).ok()?;
    (request.purpose == Purpose::Grant).then_some(request)
}
