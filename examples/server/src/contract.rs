//! The contract with the host, as the crate's documentation has it. The numbers are its own.

use access_package::graph::http::Rejection;
use access_package::{Assignment, AssignmentId, AssignmentRequestId, Caller, Receipt, Recorded};
use tracing::info;

use crate::fault::Fault;
use crate::lease::Lease;
use crate::store::Store;
use crate::{Problem, now};

/// Loads an assignment, and lets it expire.
pub async fn load(store: &Store, id: AssignmentId) -> Result<Option<Assignment>, Problem> {
    loop {
        let Some((mut assignment, version)) = store.read(id, None).await? else { return Ok(None) };
        let Some(event) = assignment.expire(now()) else { return Ok(Some(assignment)) };
        // Saved or not, it is loaded again.
        store.save(&assignment.into(), version, None, &event).await?;
    }
}

/// 2 and 3, to read it: loads it for a caller, who has to be one who may reprocess it.
///
/// The catalog and its level are enough to judge that, and are looked up before everything else: so an error of loading tells nobody
/// else that the assignment exists. One that is missing is in no catalog (R28).
pub async fn load_for(caller: &Caller, store: &Store, id: AssignmentId) -> Result<Assignment, Fault> {
    caller.authority(store.catalog(id).await?).map_err(Fault::NotReadable)?;
    load(store, id).await?.ok_or(Rejection::NotFound.into())
}

/// 2 to 4. Accepted, it is saved under the number of this attempt, and the worker is to be woken.
pub async fn reprocess(store: &Store, caller: &Caller, id: AssignmentId) -> Result<u32, Fault> {
    accept(store, caller, id, None).await
}

/// The same of a request, by the catalog of its own assignment, whatever the path names. One that is missing is in no
/// catalog; to whom may, one that is not below the assignment that the path names is missing, too (R35).
pub async fn reprocess_request(
    store: &Store,
    caller: &Caller,
    id: AssignmentRequestId,
    below: Option<Result<AssignmentId, Rejection>>,
) -> Result<u32, Fault> {
    let requested = store.requested(id).await?;
    let catalog = if let Some(id) = requested { store.catalog(id).await? } else { None };
    caller.authority(catalog).map_err(Rejection::from)?;
    let assignment = requested.filter(|own| below.is_none_or(|below| below == Ok(*own)));
    accept(store, caller, assignment.ok_or(Rejection::RequestNotFound)?, Some(id)).await
}

async fn accept(
    store: &Store,
    caller: &Caller,
    id: AssignmentId,
    request: Option<AssignmentRequestId>,
) -> Result<u32, Fault> {
    loop {
        let authority = caller.authority(store.catalog(id).await?).map_err(Rejection::from)?;
        let (assignment, version) = store.read(id, None).await?.ok_or(Rejection::NotFound)?;
        // If its end has just come, the worker saves that.
        let admitted = match request {
            None => authority.admit(assignment, now()),
            Some(request) => {
                // After the assignment: what supersedes the request changes that, and the save is lost.
                let request = store.request(request, &assignment).await?;
                authority.admit_request(assignment, &request, now())
            }
        };
        let admitted = admitted.map_err(Rejection::from)?;
        let gives_now = store.gives_now(admitted.assignment().access_package()).await?;
        let unsaved = admitted.reprocess(gives_now);
        // Before anything is done. If another save came first, all of this is judged again.
        let event = unsaved.event();
        if store.save(&unsaved.stored(), version, None, &event).await? {
            return Ok(event.attempt);
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
                store.save(&assignment.into(), version, Some(lease), &event).await?
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
