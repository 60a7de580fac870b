//! The contract with the host, as the crate's documentation has it. The numbers are its own.

use access_package::graph::http::Rejection;
use access_package::{Assignment, AssignmentId, AssignmentRequestId, Caller, Event, Receipt, Recorded};
use tracing::info;

use crate::fault::Fault;
use crate::lease::Lease;
use crate::store::{Row, Store};
use crate::{Problem, now};

/// Loads an assignment, and lets it expire.
pub async fn load(store: &Store, id: AssignmentId) -> Result<Option<Assignment>, Problem> {
    loop {
        let Some(row) = store.row(&store.pool, id).await? else { return Ok(None) };
        if let Some(assignment) = present(store, &row).await? {
            return Ok(Some(assignment));
        }
    }
}

/// The assignment of a row; nothing if its end has just come. Saved or not, it is loaded again then.
async fn present(store: &Store, row: &Row) -> Result<Option<Assignment>, Problem> {
    let mut assignment = row.assignment()?;
    let Some(event) = assignment.expire(now()) else { return Ok(Some(assignment)) };
    store.save(&store.pool, &assignment.into(), row.version, None, &event).await?;
    Ok(None)
}

/// 2 and 3, to read it: loads it for a caller, who has to be one who may reprocess it.
///
/// Its catalog is enough to judge that, and nothing else is looked at before: so an error of loading tells nobody else that the
/// assignment exists. One that is missing is in no catalog (R28).
pub async fn load_for(caller: &Caller, store: &Store, id: AssignmentId) -> Result<Assignment, Fault> {
    loop {
        let row = store.row(&store.pool, id).await?;
        caller.authority(row.as_ref().and_then(|row| row.catalog)).map_err(Fault::NotReadable)?;
        if let Some(assignment) = present(store, &row.ok_or(Rejection::NotFound)?).await? {
            return Ok(assignment);
        }
    }
}

/// 2 to 4. Accepted, it is saved under the number of this attempt, and the worker is to be woken if there is something to do.
pub async fn reprocess(store: &Store, caller: &Caller, id: AssignmentId) -> Result<Event, Fault> {
    accept(store, caller, id, None).await
}

/// The same of a request, by the catalog of its own assignment, whatever the path names. One that is missing is in no
/// catalog; to whom may, one that is not below the assignment that the path names is missing, too (R35).
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
    // One connection for all of it: each that is given back is tried out.
    let mut connection = store.pool.acquire().await.map_err(Problem::from)?;
    loop {
        // All that is judged is read at once: so the catalog, by which authority is, is that of what is admitted (R3).
        let row = store.row(&mut *connection, id).await?;
        let authority =
            caller.authority(row.as_ref().and_then(|row| row.catalog)).map_err(Rejection::from)?;
        let row = row.ok_or(Rejection::NotFound)?;
        let assignment = row.assignment()?;
        // If its end has just come, the worker saves that.
        let admitted = match request {
            None => authority.admit(assignment, now()),
            Some(request) => {
                // After the assignment: what supersedes the request changes that, and the save is lost.
                let request = store.request(&mut *connection, request, &assignment).await?;
                authority.admit_request(assignment, &request, now())
            }
        };
        let unsaved = admitted.map_err(Rejection::from)?.reprocess(row.gives_now()?);
        // Before anything is done. If another save came first, all of this is judged again.
        let event = unsaved.event();
        if store.save(&mut *connection, &unsaved.stored(), row.version, None, &event).await? {
            return Ok(event);
        }
    }
}

/// 6: records what became of an action. Who has no longer the lease has nothing to say: the action is carried out again.
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
