//! The contract between the crate and its host. The numbers are the steps in the crate's documentation.

use access_package::graph::http::Rejection;
use access_package::{Assignment, AssignmentId, AssignmentRequestId, Caller, Event, Receipt, Recorded};
use tracing::info;

use crate::fault::Fault;
use crate::lease::Lease;
use crate::store::{Row, Store};
use crate::{Problem, now};

/// Loads an assignment, and expires it if its end has come.
pub async fn load(store: &Store, id: AssignmentId) -> Result<Option<Assignment>, Problem> {
    loop {
        let Some(row) = store.row(&store.pool, id).await? else { return Ok(None) };
        if let Some(assignment) = present(store, &row).await? {
            return Ok(Some(assignment));
        }
    }
}

/// The assignment of a row, or `None` if its end has just come. Load it again then, whether or not it was
/// saved.
async fn present(store: &Store, row: &Row) -> Result<Option<Assignment>, Problem> {
    let mut assignment = row.assignment()?;
    let Some(event) = assignment.expire(now()) else { return Ok(Some(assignment)) };
    store.save(&store.pool, &assignment.into(), row.version, None, &event).await?;
    Ok(None)
}

/// Steps 2 and 3, for reading: loads the assignment for a caller who may reprocess it.
///
/// The catalog is enough to judge the caller, and it is judged before anything else. So an error of loading
/// does not tell other callers that the assignment exists. A missing assignment is in no catalog (R28).
pub async fn load_for(caller: &Caller, store: &Store, id: AssignmentId) -> Result<Assignment, Fault> {
    loop {
        let row = store.row(&store.pool, id).await?;
        caller.authority(row.as_ref().and_then(|row| row.catalog)).map_err(Fault::NotReadable)?;
        if let Some(assignment) = present(store, &row.ok_or(Rejection::NotFound)?).await? {
            return Ok(assignment);
        }
    }
}

/// Steps 2 to 4. An accepted assignment is saved under the number of this attempt. Wake the worker afterwards
/// if there is something to do.
pub async fn reprocess(store: &Store, caller: &Caller, id: AssignmentId) -> Result<Event, Fault> {
    accept(store, caller, id, None).await
}

/// The same for a request, by the catalog of its own assignment, whatever the path names. A missing request
/// is in no catalog. For a caller who may reprocess it, a request that is not below the assignment in the
/// path is missing, too (R35).
pub async fn reprocess_request(
    store: &Store,
    caller: &Caller,
    id: AssignmentRequestId,
    below: Option<Result<AssignmentId, Rejection>>,
) -> Result<Event, Fault> {
    let requested = store.requested(id).await?;
    let row = if let Some(id) = requested { store.row(&store.pool, id).await? } else { None };
    caller.authority(row.and_then(|row| row.catalog)).map_err(Rejection::from)?;
    let assignment = requested.filter(|own| below.is_none_or(|below| below == Ok(*own)));
    accept(store, caller, assignment.ok_or(Rejection::RequestNotFound)?, Some(id)).await
}

async fn accept(
    store: &Store,
    caller: &Caller,
    id: AssignmentId,
    request: Option<AssignmentRequestId>,
) -> Result<Event, Fault> {
    // One connection for everything: the pool tests each connection that it gets back.
    let mut connection = store.pool.acquire().await.map_err(Problem::from)?;
    loop {
        // Everything that is judged is read at once. So the authority comes from the catalog of the
        // assignment that is admitted (R3).
        let row = store.row(&mut *connection, id).await?;
        let authority =
            caller.authority(row.as_ref().and_then(|row| row.catalog)).map_err(Rejection::from)?;
        let row = row.ok_or(Rejection::NotFound)?;
        let assignment = row.assignment()?;
        // If the assignment's end has just come, the worker saves the change.
        let admitted = match request {
            None => authority.admit(assignment, now()),
            Some(request) => {
                // Read the request after the assignment: a request that supersedes it also changes the
                // assignment, so the save fails.
                let request = store.request(&mut *connection, request, &assignment).await?;
                authority.admit_request(assignment, &request, now())
            }
        };
        let unsaved = admitted.map_err(Rejection::from)?.reprocess(row.gives_now()?);
        // Save before anything is done. If another save came first, judge everything again.
        let event = unsaved.event();
        if store.save(&mut *connection, &unsaved.stored(), row.version, None, &event).await? {
            return Ok(event);
        }
    }
}

/// Step 6: records the outcome of an action. A worker that has lost the lease records nothing: the action is
/// carried out again.
pub async fn record(store: &Store, lease: &Lease, receipt: &Receipt) -> Result<(), Problem> {
    loop {
        let Some((mut assignment, version)) = store.read(receipt.assignment, Some(lease)).await? else {
            info!(?receipt, "lease is over: receipt is dropped");
            return Ok(());
        };
        let is_done = match assignment.record(receipt, now()) {
            Ok(Recorded::Changed(event)) => {
                store.save(&store.pool, &assignment.into(), version, Some(lease), &event).await?
            }
            unchanged => {
                info!(?receipt, ?unchanged, "receipt changes nothing");
                true
            }
        };
        if is_done {
            return Ok(());
        }
    }
}
