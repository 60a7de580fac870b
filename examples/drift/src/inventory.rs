//! Reads the assignments: page by page from the service, or from files.

use std::fs;
use std::path::PathBuf;

use access_package::graph::BaseUrl;
use access_package::graph::http::{CallError, read_response};
use access_package::graph::json::{self, EXPAND_V1};
use access_package::{Assignment, AssignmentId, AssignmentState, Permission};
use http::header::ACCEPT;
use http::{HeaderValue, Request, Response, StatusCode, Uri};

use crate::book::{Book, NextPage, Page};
use crate::circle::Circle;
use crate::names::Names;
use crate::packages::{Packages, is_cut};
use crate::problem::Problem;
use crate::progress::Progress;
use crate::service::{Service, now, without_query};

/// A delivered assignment may have lost access. In the other states, the request can be reprocessed.
const STATES: [AssignmentState; 3] =
    [AssignmentState::Delivered, AssignmentState::PartiallyDelivered, AssignmentState::DeliveryFailed];

/// For a service that does not expand what the access packages give. That takes a request of its own.
pub const EXPAND_LESS: &str = "target,accessPackage($expand=catalog)";

const GOES_ON: &str = "not the whole list, because its `@odata.nextLink` leads to another page: join all pages in one file, \
                       without that link";

pub const MANAGEMENT: &str = "v1.0/identityGovernance/entitlementManagement";

/// Reads the pages that have not been read yet. You can interrupt it after each page.
pub async fn from_service(service: &Service, book: &mut Book, progress: &Progress) -> Result<(), Problem> {
    progress.pages();
    let (mut packages, mut expand) = (Packages::default(), EXPAND_V1);
    for state in STATES {
        let list = state.as_str();
        // A link from an earlier run may have expired.
        let (mut may_be_old, mut circle) = (true, Circle::default());
        loop {
            let (url, is_old) = match book.next_page(list)? {
                NextPage::First => {
                    let query = format!("$filter=state%20eq%20'{list}'&$expand={expand}");
                    (format!("{}/{MANAGEMENT}/assignments?{query}", service.base_url), false)
                }
                NextPage::Link(link) => (link, may_be_old),
                NextPage::None => break,
            };
            if circle.is_closed_by(&url) {
                return Err(Problem::Circle(url));
            }
            let request = get(&url, &service.base_url)?;
            // Take the time before the request: the answer may be as old as that.
            let read_at = now();
            let response = service.send("pages", &request).await?;
            if is_old && is_forgotten(&response) {
                book.restart_list(list)?;
                circle = Circle::default();
                continue;
            }
            may_be_old = false;
            if response.status() == StatusCode::BAD_REQUEST && expand == EXPAND_V1 {
                // Perhaps the service does not expand so deep.
                (expand, may_be_old) = (EXPAND_LESS, true);
                book.restart_list(list)?;
                circle = Circle::default();
                continue;
            }
            if response.status() != StatusCode::OK {
                return Err(answered(service, &url, &response).await);
            }
            let body = response.body();
            let page = json::read_list(body).map_err(|source| unreadable(&url, source))?;
            if let Some(link) = &page.next_link {
                get(link, &service.base_url)?;
            }
            let (names, mut items) = (Names::of_page(body), page.items);
            packages.complete(service, body, &mut items).await?;
            book.add_page(Page { list, items, cut: None, names, next: page.next_link, read_at })?;
            progress.one_more();
        }
    }
    Ok(())
}

/// Reads exported files. Each is a whole list, or one assignment.
pub fn from_files(files: &[PathBuf], book: &mut Book) -> Result<(), Problem> {
    for file in files {
        let list = file.display().to_string();
        if matches!(book.next_page(&list)?, NextPage::None) {
            continue;
        }
        let text = fs::read(file).map_err(Problem::file(file))?;
        let (items, goes_on) = match json::read_list(&text) {
            Ok(page) => (page.items, page.next_link.is_some()),
            Err(source) => (vec![Ok(single(&text, &list, source)?)], false),
        };
        let names = Names::of_page(&text);
        // R45: nobody can see whether another file is the next page.
        let cut = goes_on.then_some(GOES_ON);
        book.add_page(Page { list: &list, items, cut, names, next: None, read_at: now() })?;
    }
    Ok(())
}

/// One assignment, or why the file is neither an assignment nor a list.
fn single(text: &[u8], file: &str, no_list: json::ReadError) -> Result<Assignment, Problem> {
    json::read(text).map_err(|problem| match problem {
        problem if is_cut(&problem) => unreadable(file, problem),
        _ => Problem::Export { path: file.to_owned(), source: Box::new(no_list) },
    })
}

/// The request for an assignment, expanded this far.
pub fn one(service: &Service, id: AssignmentId, expand: &str) -> Result<Request<String>, Problem> {
    let base_url = &service.base_url;
    get(&format!("{base_url}/{MANAGEMENT}/assignments/{id}?$expand={expand}"), base_url)
}

/// A request to this service and to no other, since the token goes with it.
pub fn get(url: &str, base_url: &BaseUrl) -> Result<Request<String>, Problem> {
    let uri: Option<Uri> = url.parse().ok();
    let uri = uri.filter(|uri| base_url.has(uri)).ok_or_else(|| Problem::OtherService(url.to_owned()))?;
    let mut request = Request::new(String::new());
    *request.uri_mut() = uri;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// The problem with an answer that is not the one that was asked for.
pub async fn answered<B: AsRef<[u8]>>(service: &Service, url: &str, response: &Response<B>) -> Problem {
    let source = read_response(response)
        .err()
        .unwrap_or_else(|| CallError::Retry { status: response.status(), after: None });
    let lack = service.lack(&source, Permission::EntitlementManagementReadAll).await;
    Problem::Answer { url: without_query(url), source: Box::new(source), lack }
}

pub fn unreadable(url: &str, source: json::ReadError) -> Problem {
    Problem::Read { url: url.to_owned(), source: Box::new(source) }
}

/// A link to a page expires: a run that was interrupted long ago reads this list from its beginning.
fn is_forgotten<B>(response: &Response<B>) -> bool {
    matches!(response.status(), StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::GONE)
}
