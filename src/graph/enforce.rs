//! Carries an action out through Microsoft Graph. It makes the requests, reads the responses, and returns the outcome.
//!
//! There is no socket, clock or runtime here. A [`Delivery`] says what to do next. You do it with any HTTP client, and
//! report the response. A delivery retries, waits and looks as the service requires ([R37](crate::policy#r37) to
//! [R42](crate::policy#r42)), and it always ends.
//!
//! ```
//! use access_package::graph::enforce::{Delivery, Next, Settings};
//! use access_package::{Action, Receipt, Timestamp};
//! # use access_package::ResourceRole;
//! # use access_package::uuid::Uuid;
//! # fn now() -> Timestamp { Timestamp::MIN }
//! # fn sleep_until(_: Timestamp) {}
//! # fn send(request: http::Request<String>) -> Result<http::Response<String>, ()> {
//! #     assert!(request.uri().path().ends_with("/members/$ref"));
//! #     let mut response = http::Response::default();
//! #     *response.status_mut() = http::StatusCode::NO_CONTENT;
//! #     Ok(response)
//! # }
//!
//! /// The receipt to record. `None` if the assignment ends first: let it expire.
//! fn carry_out(action: Action) -> Result<Option<Receipt>, Box<dyn std::error::Error>> {
//!     let settings = Settings::new("https://graph.microsoft.com".parse()?);
//!     let mut delivery = match Delivery::new(action.clone(), settings) {
//!         Ok(delivery) => delivery,
//!         Err(cannot) => return Ok(Some(action.failed(cannot.reason()))), // or carry it out in another way
//!     };
//!     loop {
//!         match delivery.next(now()) {
//!             Next::Send(request) => match send(request) { // with your token as `Authorization`
//!                 Ok(response) => delivery.answered(&response, now()),
//!                 Err(_) => delivery.unanswered(now()),
//!             },
//!             Next::Wait(until) => sleep_until(until),
//!             Next::Done(end) => return Ok(delivery.receipt(&end)),
//!         }
//!     }
//! }
//! # let group = "0282e19d-bf41-435d-92a4-99bab93af305";
//! # let resource_role = ResourceRole::from_origin("AadGroup", group, &format!("Member_{group}"), None)?;
//! # let (assignment, target) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
//! # assert!(carry_out(Action { assignment, attempt: 1, target, resource_role, end: None })?.is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answers;
mod delivery;
mod end;
pub(super) mod group;
mod look;
mod pauses;
mod said;
mod site;
mod write;

pub use answers::{ANSWERS, Answer, Meaning, Says};
pub use delivery::{Delivery, Next};
pub use end::{DeliveryError, End, Failure, FailureCause};
pub use pauses::Settings;
pub use site::SiteReading;
